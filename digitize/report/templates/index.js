
// Filters, order and view of the overview. Without it all pages are there, in their order.
"use strict";
{
  const list = document.getElementById("pages");
  const tools = document.querySelector(".tools");
  const count = document.getElementById("count");
  const nothing = document.querySelector(".nothing");
  const reset = tools.querySelector("[type=reset]");
  const pages = [...list.children];
  const fields = new Map(pages.map((page) => [page, {
    flags: page.dataset.flags.split(" "),
    // What is not known comes last: failed pages have no confidence.
    confidence: page.dataset.confidence === "" ? Infinity : Number(page.dataset.confidence),
    articles: page.dataset.articles === "" ? Infinity : Number(page.dataset.articles),
    skew: -Number(page.dataset.skew),
    seconds: -Number(page.dataset.seconds),
    text: page.textContent.normalize().toLowerCase(),
  }]));
  const format = new Intl.NumberFormat("en");

  const wanted = () => {
    const form = new FormData(tools);
    return { show: form.getAll("show"), find: form.get("find"), order: form.get("order"), view: form.get("view") };
  };

  const sorted = (order) => {
    if (order === "reel") return pages;
    return [...pages].sort((a, b) => {
      const [one, other] = [fields.get(a)[order], fields.get(b)[order]];
      return one === other ? 0 : one - other;
    });
  };

  const apply = () => {
    const { show, find, order, view } = wanted();
    const words = find.normalize().toLowerCase().split(/\s+/).filter(Boolean);
    const shown = sorted(order).filter((page) => {
      const { flags, text } = fields.get(page);
      return (!show.length || show.some((flag) => flags.includes(flag))) && words.every((word) => text.includes(word));
    });
    // Taken out, not hidden: browsers lay two thousand hidden items out for seconds.
    if (shown.length !== list.children.length || shown.some((page, place) => page !== list.children[place])) {
      list.replaceChildren(...shown);
    }
    list.classList.toggle("as-list", view === "list");
    const all = `${format.format(pages.length)} page${pages.length === 1 ? "" : "s"}`;
    const told = shown.length === pages.length ? all : `${format.format(shown.length)} of ${all}`;
    if (count.value !== told) count.value = told;
    nothing.hidden = shown.length > 0;
    reset.hidden = shown.length === pages.length;
  };

  // The state stands in the address, so that it is there again when one comes back from a page.
  const keep = () => {
    const { show, find, order, view } = wanted();
    const state = new URLSearchParams();
    if (show.length) state.set("show", show.join(" "));
    if (find) state.set("find", find);
    if (order !== "reel") state.set("order", order);
    if (view !== "sheet") state.set("view", view);
    history.replaceState(null, "", `#${state}`);
  };

  const restore = () => {
    const state = new URLSearchParams(location.hash.slice(1));
    const show = (state.get("show") ?? "").split(" ");
    for (const box of tools.querySelectorAll("[name=show]")) box.checked = show.includes(box.value);
    tools.elements.find.value = state.get("find") ?? "";
    const options = [...tools.elements.order.options].map((option) => option.value);
    tools.elements.order.value = options.includes(state.get("order")) ? state.get("order") : "reel";
    tools.elements.view.value = state.get("view") === "list" ? "list" : "sheet";
    apply();
  };

  tools.hidden = false;
  tools.addEventListener("submit", (event) => event.preventDefault());
  tools.addEventListener("input", () => { apply(); keep(); });
  tools.addEventListener("reset", () => setTimeout(() => { apply(); keep(); }));
  addEventListener("hashchange", restore);
  document.querySelector(".skip").addEventListener("click", (event) => {
    event.preventDefault();  // the address holds the state
    list.focus();
  });
  if (location.hash) {
    // After the first frame: until then, to take an item out costs a browser a look at all others.
    list.classList.add("waiting");
    requestAnimationFrame(() => setTimeout(() => { restore(); list.classList.remove("waiting"); }));
  }
}
