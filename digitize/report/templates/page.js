
// Scan and text answer each other: what the pointer is on, or the focus in, is marked on both sides.
"use strict";
{
  const scan = document.querySelector(".scan");
  const tools = document.querySelector(".tools");

  const marked = (name, value, on) => {
    for (const element of document.querySelectorAll(`[data-${name}="${CSS.escape(value)}"]`)) element.classList.toggle("on", on);
  };
  const mark = (event, on) => {
    for (const name of ["line", "article"]) {
      const element = event.target.closest?.(`[data-${name}]`);
      if (element) marked(name, element.dataset[name], on);
    }
  };
  for (const [enter, leave] of [["pointerover", "pointerout"], ["focusin", "focusout"]]) {
    document.addEventListener(enter, (event) => mark(event, true));
    document.addEventListener(leave, (event) => mark(event, false));
  }

  // A click on a line leads to it on the other side, too.
  document.addEventListener("click", (event) => {
    const line = event.target.closest?.("[data-line]");
    if (!line || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const here = Boolean(scan?.contains(line));
    const twin = [...document.querySelectorAll(`[data-line="${CSS.escape(line.dataset.line)}"]`)].find((each) => Boolean(scan?.contains(each)) !== here);
    if (!twin) return;
    if (here) event.preventDefault();
    twin.scrollIntoView({ block: "center", inline: "center" });
  });

  if (tools) {
    const apply = () => {
      const form = new FormData(tools);
      for (const size of ["wide", "large"]) scan.classList.toggle(size, form.get("size") === size);
      scan.classList.toggle("unmarked", !form.has("marks"));
      scan.classList.toggle("inverted", form.has("inverted"));
    };
    tools.hidden = false;
    tools.addEventListener("submit", (event) => event.preventDefault());
    tools.addEventListener("input", apply);
    apply();
  }

  // The arrow keys turn pages where they have nothing else to do.
  document.addEventListener("keydown", (event) => {
    const rel = { ArrowLeft: "prev", ArrowRight: "next" }[event.key];
    const scrolled = event.target.closest(".table, .vertical .text");
    const busy = event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || event.target.closest("input")
      || (scrolled && scrolled.scrollWidth > scrolled.clientWidth);
    const link = rel && !busy && document.querySelector(`a[rel=${rel}]`);
    if (link) link.click();
  });
}
