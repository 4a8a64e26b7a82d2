package dev.brink.exec;

import dev.brink.exec.binding.BindingCall;
import dev.brink.exec.binding.BindingException;
import dev.brink.exec.binding.BindingReply;
import dev.brink.exec.binding.Face;
import dev.brink.exec.binding.HostBinding;
import dev.brink.exec.json.Json;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;

/**
 * Looks to the function like the binding in whose place it is, and does nothing: a namespace or a
 * cache in which nothing is found, and nothing kept of what is put; an object whose methods all
 * fail. Thread-safe.
 */
final class CutOffBinding implements HostBinding {
  /** What the function is told. */
  static final String REFUSAL = "not possible while the function is run with its samples";

  private static final String VERSION = "{\"version\":\"1\"}";
  private static final String NONE = "{\"version\":null}";

  private final HostBinding original;

  private CutOffBinding(HostBinding original) {
    this.original = original;
  }

  /** The function's bundle, with all of its bindings cut off. */
  static FunctionBundle of(FunctionBundle bundle) {
    Map<String, HostBinding> bindings =
        bundle.bindings().entrySet().stream()
            .collect(
                Collectors.toMap(Map.Entry::getKey, entry -> new CutOffBinding(entry.getValue())));
    HostBinding caches = bundle.caches();
    FunctionBundle cut = bundle.withBindings(bindings);
    return caches == null ? cut : cut.withCaches(new CutOffBinding(caches));
  }

  @Override
  public Face face() {
    return original.face();
  }

  @Override
  public String shape() {
    return original.shape();
  }

  @Override
  public CompletionStage<BindingReply> call(BindingCall call) {
    String json =
        switch (face()) {
          case KEY_VALUE -> keyValue(call);
          case CACHES -> "{\"found\":false}";
          case METHODS -> throw BindingException.type(call.method() + ": " + REFUSAL);
        };
    return CompletableFuture.completedFuture(BindingReply.of(json));
  }

  /** As a namespace that is empty answers. */
  private static String keyValue(BindingCall call) {
    return switch (call.method()) {
      case "get" -> "null";
      case "list" -> "{\"keys\":[]}";
      case "increment" -> Json.write(Map.of("value", by(call)));
      case "cas" -> arguments(call).get("version") == null ? VERSION : NONE;
      case "put", "atomic" -> VERSION;
      default -> "{}";
    };
  }

  private static Object by(BindingCall call) {
    return arguments(call).get("by") instanceof Number by ? by : 1;
  }

  private static Map<?, ?> arguments(BindingCall call) {
    return Json.parse(call.arguments()) instanceof Map<?, ?> map ? map : Map.of();
  }
}
