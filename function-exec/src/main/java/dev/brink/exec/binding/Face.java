package dev.brink.exec.binding;

/** The JavaScript sides that a {@link HostBinding} can have: a script of the runtime each. */
public enum Face {
  /**
   * A key-value namespace in the manner of Cloudflare's: {@code get}, {@code getWithMetadata},
   * {@code put}, {@code delete}, {@code list}, and beyond it {@code cas}, {@code increment}, {@code
   * atomic}, {@code watch}. The calls it makes, with their JSON, are described at the head of
   * {@code kv.js}.
   */
  KEY_VALUE("kv"),

  /**
   * {@code caches}, in the manner of Cloudflare's Cache API. The calls it makes, with their JSON,
   * are described at the head of {@code caches.js}.
   */
  CACHES("caches"),

  /**
   * An object whose methods are async functions that take and give JSON. Its shape names them:
   * <code>{"methods": […]}</code>; a call's arguments are an array, its result is the reply's JSON.
   */
  METHODS("methods");

  private final String script;

  Face(String script) {
    this.script = script;
  }

  /** The script's name, without {@code .js}. */
  public String script() {
    return script;
  }
}
