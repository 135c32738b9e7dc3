# workerd without any compatibility with Node: what is not of the web standards is not there.
using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (
      name = "check",
      worker = (
        modules = [(name = "worker.mjs", esModule = embed "bundle.mjs")],
        compatibilityDate = "2026-01-01",
      ),
    ),
  ],
);
