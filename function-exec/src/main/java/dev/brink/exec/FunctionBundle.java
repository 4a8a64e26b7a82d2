package dev.brink.exec;

import dev.brink.exec.binding.HostBinding;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The immutable input of one function version: its modules, its limits and what {@code env} holds.
 *
 * @param name what logs and stack traces call the function, such as {@code default/hello@1f3a}
 * @param owner whose function it is: some limits hold for all functions of one owner; empty:
 *     nobody's, and none of these hold
 * @param main path of the main module within {@code modules}
 * @param modules module sources by path, relative, with forward slashes
 * @param limits what one invocation may use
 * @param variables plain strings that appear as properties of {@code env}
 * @param services names of {@code env} properties that are services: an object with a {@code fetch}
 *     method whose requests go to {@link Subrequests}
 * @param bindings properties of {@code env} that the host answers for: what the function may use
 * @param secrets texts that appear as properties of {@code env} too, and nowhere else
 * @param caches answers for {@code caches}, the Cache API; {@code null}: there are none, and their
 *     methods say so
 * @param eval whether {@code eval} and {@code new Function} work; off by default
 * @param isolation which invocations may share an instance; {@link Isolation#SHARED} by default
 */
public record FunctionBundle(
    String name,
    String owner,
    String main,
    Map<String, byte[]> modules,
    FunctionLimits limits,
    Map<String, String> variables,
    Set<String> services,
    Map<String, HostBinding> bindings,
    Map<String, Secret> secrets,
    @Nullable HostBinding caches,
    boolean eval,
    Isolation isolation) {
  public FunctionBundle {
    modules = Map.copyOf(modules);
    variables = Map.copyOf(variables);
    services = Set.copyOf(services);
    bindings = Map.copyOf(bindings);
    secrets = Map.copyOf(secrets);
    if (!modules.containsKey(main)) {
      throw new IllegalArgumentException(
          "main: " + main + " (expected: one of the modules " + modules.keySet() + ")");
    }
  }

  /**
   * A bundle of nobody in particular, without bindings, whose code cannot be made of strings:
   * {@code eval} is off.
   */
  public FunctionBundle(
      String name,
      String main,
      Map<String, byte[]> modules,
      FunctionLimits limits,
      Map<String, String> variables,
      Set<String> services) {
    this(
        name,
        "",
        main,
        modules,
        limits,
        variables,
        services,
        Map.of(),
        Map.of(),
        null,
        false,
        Isolation.SHARED);
  }

  /** The same bundle, of this owner. */
  public FunctionBundle withOwner(String another) {
    return with(another, bindings, secrets, caches, eval, isolation);
  }

  /** The same bundle with {@code eval} and {@code new Function} switched on. */
  public FunctionBundle withEval() {
    return with(owner, bindings, secrets, caches, true, isolation);
  }

  /** The same bundle whose invocations are isolated so. */
  public FunctionBundle withIsolation(Isolation another) {
    return with(owner, bindings, secrets, caches, eval, another);
  }

  /** The same bundle with these bindings instead of its own. */
  public FunctionBundle withBindings(Map<String, HostBinding> others) {
    return with(owner, others, secrets, caches, eval, isolation);
  }

  /** The same bundle with these secrets instead of its own. */
  public FunctionBundle withSecrets(Map<String, Secret> others) {
    return with(owner, bindings, others, caches, eval, isolation);
  }

  /** The same bundle with a Cache API, answered for by a binding of face {@code CACHES}. */
  public FunctionBundle withCaches(HostBinding binding) {
    return with(owner, bindings, secrets, binding, eval, isolation);
  }

  private FunctionBundle with(
      String ofOwner,
      Map<String, HostBinding> withBindings,
      Map<String, Secret> withSecrets,
      @Nullable HostBinding withCaches,
      boolean withEval,
      Isolation isolated) {
    return new FunctionBundle(
        name,
        ofOwner,
        main,
        modules,
        limits,
        variables,
        services,
        withBindings,
        withSecrets,
        withCaches,
        withEval,
        isolated);
  }
}
