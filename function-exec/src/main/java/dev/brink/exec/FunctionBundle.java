package dev.brink.exec;

import dev.brink.exec.binding.HostBinding;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The immutable input of one function version: its modules, its limits and what {@code env} holds.
 *
 * @param name what logs and stack traces call the function, such as {@code default/hello@1f3a};
 *     what is before an {@code @} is the function, what is after it one of its versions
 * @param version what the host tells the versions of all functions apart by, such as a whole
 *     digest; empty: it does not
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
 * @param samples requests that it is run with once it is loaded, without any effect, so that its
 *     code is compiled before the first real one; none by default
 */
public record FunctionBundle(
    String name,
    String version,
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
    Isolation isolation,
    List<SampleRequest> samples) {
  /**
   * Checks what can be.
   *
   * @throws IllegalArgumentException when it has no name or no main module, or the samples are too
   *     many
   */
  public FunctionBundle {
    if (name.isBlank()) {
      throw new IllegalArgumentException("name: empty (expected: what logs call the function)");
    }
    modules = Map.copyOf(modules);
    variables = Map.copyOf(variables);
    services = Set.copyOf(services);
    bindings = Map.copyOf(bindings);
    secrets = Map.copyOf(secrets);
    samples = List.copyOf(samples);
    SampleRequest.check(samples);
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
        Isolation.SHARED,
        List.of());
  }

  /** The same bundle, which is this version. */
  public FunctionBundle withVersion(String another) {
    return with(another, owner, bindings, secrets, caches, eval, isolation, samples);
  }

  /** The same bundle, of this owner. */
  public FunctionBundle withOwner(String another) {
    return with(version, another, bindings, secrets, caches, eval, isolation, samples);
  }

  /** The same bundle with {@code eval} and {@code new Function} switched on. */
  public FunctionBundle withEval() {
    return with(version, owner, bindings, secrets, caches, true, isolation, samples);
  }

  /** The same bundle whose invocations are isolated so. */
  public FunctionBundle withIsolation(Isolation another) {
    return with(version, owner, bindings, secrets, caches, eval, another, samples);
  }

  /** The same bundle with these bindings instead of its own. */
  public FunctionBundle withBindings(Map<String, HostBinding> others) {
    return with(version, owner, others, secrets, caches, eval, isolation, samples);
  }

  /** The same bundle with these secrets instead of its own. */
  public FunctionBundle withSecrets(Map<String, Secret> others) {
    return with(version, owner, bindings, others, caches, eval, isolation, samples);
  }

  /** The same bundle with a Cache API, answered for by a binding of face {@code CACHES}. */
  public FunctionBundle withCaches(HostBinding binding) {
    return with(version, owner, bindings, secrets, binding, eval, isolation, samples);
  }

  /**
   * The same bundle with these samples instead of its own.
   *
   * @throws IllegalArgumentException when they are too many, or too large together
   */
  public FunctionBundle withSamples(List<SampleRequest> others) {
    return with(version, owner, bindings, secrets, caches, eval, isolation, others);
  }

  private FunctionBundle with(
      String ofVersion,
      String ofOwner,
      Map<String, HostBinding> withBindings,
      Map<String, Secret> withSecrets,
      @Nullable HostBinding withCaches,
      boolean withEval,
      Isolation isolated,
      List<SampleRequest> withSamples) {
    return new FunctionBundle(
        name,
        ofVersion,
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
        isolated,
        withSamples);
  }
}
