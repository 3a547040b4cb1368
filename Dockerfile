# digitize in a container. Weights are inside: pages can be read without a network, on a read-only root, as any user.
#
#   docker build -t digitize .
#   docker run --rm --network none --read-only --tmpfs /tmp --user "$(id -u):$(id -g)" \
#       -v "$PWD/scans:/in:ro" -v "$PWD/articles:/out" digitize run /in --output /out
#
# With an NVIDIA GPU: docker build --build-arg EXTRAS=gpu -t digitize-gpu . and docker run --gpus all ... digitize-gpu.
# For a cluster: docker build --build-arg EXTRAS=ray,s3 -t digitize:ray . See deploy/.
# CUDA's libraries come from wheels; the machine needs the driver and NVIDIA's container toolkit.

ARG BASE_IMAGE=python:3.11-slim-bookworm

FROM ${BASE_IMAGE} AS build

ENV PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_ROOT_USER_ACTION=ignore
# The base's own pip fills the environment, so that no second pip travels in the image.
RUN python3 -m venv --without-pip /opt/digitize
WORKDIR /src

# Dependencies first: they change rarely, and their layer is kept while the project's own code changes.
# The two OpenCV wheels write the same cv2/. The headless one goes in last and wins: it needs no X11 or GL libraries.
# Of the other one its record stays, which paddlex asks for; its libraries, Qt among them, go.
# The same holds for onnxruntime/, of which the GPU's wheel stays alone.
ARG EXTRAS=""
COPY pyproject.toml ./
RUN python3 -c "import sys, tomllib; project = tomllib.load(open('pyproject.toml', 'rb'))['project']; \
extras = [project['optional-dependencies'][name] for name in sys.argv[1].split(',') if name]; \
print(*project['dependencies'], *sum(extras, []), sep='\n')" "$EXTRAS" > requirements.txt \
    && python3 -m pip --python /opt/digitize/bin/python3 install -r requirements.txt \
    && python3 -m pip --python /opt/digitize/bin/python3 install --force-reinstall --no-deps \
        "$(grep opencv-python-headless requirements.txt)" \
    && if grep -q onnxruntime-gpu requirements.txt; then \
        python3 -m pip --python /opt/digitize/bin/python3 uninstall --yes onnxruntime onnxruntime-gpu \
        && python3 -m pip --python /opt/digitize/bin/python3 install --no-deps "onnxruntime-gpu>=1.31"; fi \
    && packages="$(/opt/digitize/bin/python3 -c 'import sysconfig; print(sysconfig.get_path("purelib"))')" \
    && rm -rf "$packages/opencv_contrib_python.libs" "$packages/cv2/qt" \
    # Test suites that wheels carry. Bytecode stays: on a read-only root it could not be made again on any start.
    && find "$packages/pandas" "$packages/numpy" -type d -name tests -prune -exec rm -r {} +

COPY LICENSE README.md ./
COPY schemas schemas
COPY digitize digitize
RUN python3 -m pip --python /opt/digitize/bin/python3 install --no-deps . \
    # The model's folders, made from the rapidocr wheel, where every user can read them.
    && XDG_CACHE_HOME=/var/cache HOME=/tmp /opt/digitize/bin/python3 -c \
        "from digitize.ocr.weights import find_weights; from digitize.options import Options; find_weights(Options().model)" \
    && chmod -R a+rX /opt/digitize /var/cache/digitize

FROM ${BASE_IMAGE}

LABEL org.opencontainers.image.title="digitize" \
      org.opencontainers.image.description="Scanned newspapers into one validated XML document per article, offline" \
      org.opencontainers.image.licenses="Apache-2.0"

COPY --from=build /opt/digitize /opt/digitize
COPY --from=build /var/cache/digitize /var/cache/digitize

# HOME is where libraries may write at run time: an arbitrary --user has no home of its own; /tmp is there for all.
# XDG_CACHE_HOME is where the model lies; to fetch another one, point it at a volume.
ENV PATH="/opt/digitize/bin:${PATH}" \
    HOME=/tmp \
    XDG_CACHE_HOME=/var/cache \
    NVIDIA_DRIVER_CAPABILITIES=compute,utility \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1

# Login shells, in which KubeRay starts Ray, have a PATH of their own.
RUN for program in digitize ray; do \
        if [ -x "/opt/digitize/bin/$program" ]; then ln -s "/opt/digitize/bin/$program" /usr/local/bin/; fi; done

USER 10001:10001
WORKDIR /tmp
ENTRYPOINT ["digitize"]
CMD ["--help"]
