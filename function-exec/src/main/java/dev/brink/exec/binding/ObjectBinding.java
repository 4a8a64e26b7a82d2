package dev.brink.exec.binding;

import dev.brink.exec.json.Json;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A Java object as a capability of functions: the methods of one interface, as async functions of a
 * property of {@code env}. A function reaches these methods and nothing else of the object.
 *
 * <p>Arguments and results are JSON: strings, numbers, booleans, enums by name, {@code Instant}s,
 * records, {@code List}, {@code Set}, {@code Map} by strings, {@code Optional}, and {@code Object}
 * for any of them. A {@code long} that a function's number cannot hold, of more than 2^53 - 1, is
 * an error, and is best a {@code String}. A method may return a {@code CompletionStage} of these.
 *
 * <p>Methods run on virtual threads, at most {@value #MAX_CALLS} at once; they may block, and are
 * interrupted when the invocation ends. What they throw as a {@link BindingException} reaches the
 * function; anything else is logged, and the function sees an error that says nothing of the host.
 *
 * <p>Thread-safe if the object is.
 */
public final class ObjectBinding implements HostBinding {
  private static final int MAX_CALLS = 256;
  private static final int MAX_RESULT_CHARS = 8 << 20;

  private final Object object;
  private final Map<String, Callee> methods;
  private final Semaphore calls = new Semaphore(MAX_CALLS);

  private record Callee(Method method, List<JsonType> parameters, @Nullable JsonType result) {}

  private ObjectBinding(Object object, Map<String, Callee> methods) {
    this.object = object;
    this.methods = methods;
  }

  /**
   * Binds the methods of an interface.
   *
   * @throws IllegalArgumentException when it is no interface, has two methods of one name, or one
   *     with a type that has no form in JSON
   */
  public static <T> ObjectBinding of(Class<T> type, T object) {
    if (!type.isInterface()) {
      throw new IllegalArgumentException("type: " + type.getName() + " (expected: an interface)");
    }
    var methods = new TreeMap<String, Callee>();
    for (Method method : type.getMethods()) {
      if (Modifier.isStatic(method.getModifiers()) || method.isBridge()) {
        continue;
      }
      if (methods.put(method.getName(), callee(method)) != null) {
        throw new IllegalArgumentException(
            "type: " + type.getName() + ": two methods " + method.getName() + " (expected: one)");
      }
    }
    return new ObjectBinding(object, methods);
  }

  private static Callee callee(Method method) {
    var parameters = new ArrayList<JsonType>();
    for (Type parameter : method.getGenericParameterTypes()) {
      parameters.add(JsonType.of(parameter));
    }
    Type result = method.getGenericReturnType();
    if (result instanceof ParameterizedType generic
        && CompletionStage.class.isAssignableFrom((Class<?>) generic.getRawType())) {
      result = generic.getActualTypeArguments()[0];
    }
    boolean nothing = result == void.class || result == Void.class;
    method.setAccessible(true);
    return new Callee(method, parameters, nothing ? null : JsonType.of(result));
  }

  @Override
  public Face face() {
    return Face.METHODS;
  }

  @Override
  public String shape() {
    return Json.write(Map.of("methods", List.copyOf(methods.keySet())));
  }

  @Override
  public CompletionStage<BindingReply> call(BindingCall call) {
    Callee callee = methods.get(call.method());
    if (callee == null) {
      throw BindingException.type(call.method() + ": there is no such method");
    }
    if (!calls.tryAcquire()) {
      throw BindingException.failed("busy", "too many calls are under way", true);
    }
    var reply = new CompletableFuture<BindingReply>();
    Thread thread =
        Thread.ofVirtual().name("brink-binding").unstarted(() -> run(callee, call, reply));
    var _ =
        reply
            .orTimeout(Math.max(0, call.deadlineNanos() - System.nanoTime()), TimeUnit.NANOSECONDS)
            .whenComplete(
                (_, failure) -> {
                  if (failure != null) {
                    thread.interrupt();
                  }
                });
    thread.start();
    return reply;
  }

  private void run(Callee callee, BindingCall call, CompletableFuture<BindingReply> reply) {
    try {
      Object result = callee.method.invoke(object, arguments(callee, call));
      if (result instanceof CompletionStage<?> stage) {
        result = stage.toCompletableFuture().get();
      }
      String json = callee.result == null ? "null" : Json.write(callee.result.write(result));
      if (json.length() > MAX_RESULT_CHARS) {
        throw BindingException.failed("result-too-large", "the result is too large", false);
      }
      reply.complete(BindingReply.of(json));
    } catch (InvocationTargetException | ExecutionException e) {
      reply.completeExceptionally(e.getCause() == null ? e : e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      reply.completeExceptionally(e);
    } catch (StackOverflowError e) {
      reply.completeExceptionally(new IllegalArgumentException("a result nested too deeply", e));
    } catch (ReflectiveOperationException | RuntimeException e) {
      reply.completeExceptionally(e);
    } finally {
      calls.release();
    }
  }

  private static @Nullable Object[] arguments(Callee callee, BindingCall call) {
    Object parsed = Json.parse(call.arguments());
    List<?> given = parsed instanceof List<?> list ? list : List.of();
    if (given.size() > callee.parameters.size()) {
      throw BindingException.type(
          call.method()
              + ": "
              + given.size()
              + " arguments (expected: at most "
              + callee.parameters.size()
              + ")");
    }
    @Nullable Object[] values = new @Nullable Object[callee.parameters.size()];
    for (int i = 0; i < values.length; i++) {
      Object json = i < given.size() ? given.get(i) : null;
      values[i] = callee.parameters.get(i).read(json, "argument " + (i + 1));
    }
    return values;
  }
}
