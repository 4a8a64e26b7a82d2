package dev.brink.mesh.kv;

import dev.brink.exec.binding.BindingCall;
import dev.brink.exec.binding.BindingException;
import dev.brink.exec.binding.BindingReply;
import dev.brink.exec.binding.Face;
import dev.brink.exec.binding.HostBinding;
import dev.brink.grid.KeyInfo;
import dev.brink.grid.KeyPage;
import dev.brink.grid.KeyRead;
import dev.brink.grid.KeyValue;
import dev.brink.grid.KeyValueEntry;
import dev.brink.grid.KeyValueWrite;
import dev.brink.grid.Namespace;
import dev.brink.grid.ReadMode;
import dev.brink.grid.Stamp;
import dev.brink.grid.WriteOptions;
import dev.brink.mesh.exchange.BodyBytes;
import dev.brink.mesh.proto.KvArguments;
import dev.brink.mesh.proto.KvOperation;
import dev.brink.mesh.proto.KvReply;
import dev.brink.mesh.wire.AdminJson;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/** A namespace as a property of a function's {@code env}; the calls are described in kv.js. */
final class NamespaceBinding implements HostBinding {
  private static final Duration LONGEST = Duration.ofSeconds(30);
  private static final long MAX_SAFE_INTEGER = (1L << 53) - 1;

  private final Namespace namespace;
  private final Namespaces namespaces;

  NamespaceBinding(Namespace namespace, Namespaces namespaces) {
    this.namespace = namespace;
    this.namespaces = namespaces;
  }

  @Override
  public Face face() {
    return Face.KEY_VALUE;
  }

  @Override
  public CompletionStage<BindingReply> call(BindingCall call) {
    CompletableFuture<BindingReply> reply = new CompletableFuture<>();
    CompletionStage<BindingReply> done;
    try {
      done = answer(call);
    } catch (RuntimeException e) {
      done = CompletableFuture.failedFuture(e);
      discard(call.body());
    }
    var _ =
        done.whenComplete(
            (value, failure) -> {
              if (failure == null) {
                reply.complete(value);
              } else {
                reply.completeExceptionally(NamespaceFailures.forFunctions(failure));
              }
            });
    return reply;
  }

  private CompletionStage<BindingReply> answer(BindingCall call) {
    KeyValue keys = open(call);
    KvArguments arguments = AdminJson.parse(call.arguments(), KvArguments.newBuilder()).build();
    if (call.method().equals("get")) {
      return get(call, keys, arguments);
    }
    CompletionStage<BindingReply> done = answer(call, keys, arguments);
    if (!arguments.getKey().isEmpty()) {
      went(call, keys, arguments.getKey(), done);
    }
    return done;
  }

  /** It takes the member that has the primary copy, unless it was refused before. */
  private void went(BindingCall call, KeyValue keys, String key, CompletionStage<?> done) {
    if (!done.toCompletableFuture().isCompletedExceptionally()) {
      namespaces.goes(call, keys, key);
    }
  }

  private CompletionStage<BindingReply> answer(
      BindingCall call, KeyValue keys, KvArguments arguments) {
    return switch (call.method()) {
      case "put" -> put(keys, arguments, call.body());
      case "cas" -> compareAndSet(call, arguments);
      case "delete" -> keys.delete(arguments.getKey()).thenApply(gone -> BindingReply.of("{}"));
      case "increment" -> increment(keys, arguments);
      case "list" -> list(keys, arguments);
      case "atomic" -> atomic(call, arguments);
      case "watch" ->
          WatchStream.begin(namespaces.watches(), call, keys, arguments.getPrefix(), left(call));
      default ->
          throw BindingException.type(
              "method: " + call.method() + " (expected: one of a namespace)");
    };
  }

  private KeyValue open(BindingCall call) {
    return namespaces.open(namespace).withTimeout(left(call));
  }

  private static Duration left(BindingCall call) {
    Duration left = Duration.ofNanos(call.deadlineNanos() - System.nanoTime());
    Duration least = Duration.ofMillis(10);
    return left.compareTo(LONGEST) > 0 ? LONGEST : left.compareTo(least) < 0 ? least : left;
  }

  private CompletionStage<BindingReply> get(
      BindingCall call, KeyValue keys, KvArguments arguments) {
    ReadMode mode = ReadMode.within(Duration.ofMillis(arguments.getStalenessMs()));
    KeyRead read = keys.read(arguments.getKey(), mode);
    if (!read.local()) {
      went(call, keys, arguments.getKey(), read.entry());
    }
    return read.entry()
        .thenApply(
            found -> found.map(NamespaceBinding::found).orElseGet(() -> BindingReply.of("null")));
  }

  private static BindingReply found(KeyValueEntry entry) {
    KeyInfo info = entry.info();
    KvReply.Builder reply = KvReply.newBuilder().setVersion(info.version().toString());
    if (info.expiresMillis() != 0) {
      reply.setExpiration((double) info.expiresMillis());
    }
    if (!info.metadata().isEmpty()) {
      reply.setMetadata(info.metadata());
    }
    String json = AdminJson.compact(reply.build());
    return entry.isWhole()
        ? BindingReply.of(json, Unpooled.wrappedBuffer(entry.value()))
        : BindingReply.of(json, entry.stream());
  }

  private static CompletionStage<BindingReply> put(
      KeyValue keys, KvArguments arguments, Flow.@Nullable Publisher<ByteBuf> body) {
    WriteOptions options =
        options(arguments.getMetadata(), arguments.getExpiration(), arguments.getTtlMs());
    CompletionStage<Stamp> written =
        body == null
            ? keys.put(arguments.getKey(), new byte[0], options)
            : keys.put(arguments.getKey(), body, options);
    return written.thenApply(version -> version(Optional.of(version)));
  }

  private CompletionStage<BindingReply> compareAndSet(BindingCall call, KvArguments arguments) {
    WriteOptions options =
        options(arguments.getMetadata(), arguments.getExpiration(), arguments.getTtlMs());
    Optional<Stamp> expected = expected(arguments.getVersion());
    return gathered(call, KeyValue.MAX_VALUE_BYTES)
        .thenCompose(
            value -> open(call).compareAndSet(arguments.getKey(), expected, value, options))
        .thenApply(NamespaceBinding::version);
  }

  /** The call's body, whole. */
  private CompletionStage<byte[]> gathered(BindingCall call, int maxBytes) {
    Flow.Publisher<ByteBuf> body = call.body();
    return body == null
        ? CompletableFuture.completedFuture(new byte[0])
        : open(call).gather(body, maxBytes);
  }

  private static CompletionStage<BindingReply> increment(KeyValue keys, KvArguments arguments) {
    WriteOptions options =
        options(arguments.getMetadata(), arguments.getExpiration(), arguments.getTtlMs());
    return keys.increment(arguments.getKey(), arguments.getBy(), options)
        .thenApply(
            sum -> {
              if (sum > MAX_SAFE_INTEGER || sum < -MAX_SAFE_INTEGER) {
                throw BindingException.range(
                    "counter: " + arguments.getKey() + " (expected: a safe integer)");
              }
              return BindingReply.of("{\"value\":" + sum + "}");
            });
  }

  private static CompletionStage<BindingReply> list(KeyValue keys, KvArguments arguments) {
    Optional<String> cursor =
        arguments.getCursor().isEmpty() ? Optional.empty() : Optional.of(arguments.getCursor());
    return keys.list(arguments.getPrefix(), cursor, arguments.getLimit())
        .thenApply(page -> BindingReply.of(json(page)));
  }

  /** The page as a {@code KvKeys} message. */
  private static String json(KeyPage page) {
    return AdminJson.compact(KeyMessages.toProto(page));
  }

  private CompletionStage<BindingReply> atomic(BindingCall call, KvArguments arguments) {
    return gathered(call, KeyValue.MAX_ATOMIC_BYTES)
        .thenCompose(values -> open(call).atomic(steps(arguments.getOperationsList(), values)))
        .thenApply(NamespaceBinding::version);
  }

  private static List<KeyValueWrite> steps(List<KvOperation> operations, byte[] values) {
    List<KeyValueWrite> steps = new ArrayList<>(operations.size());
    int at = 0;
    for (KvOperation operation : operations) {
      if (!operation.getCheck().isEmpty()) {
        steps.add(new KeyValueWrite.Check(operation.getCheck(), expected(operation.getVersion())));
      } else if (!operation.getDelete().isEmpty()) {
        steps.add(new KeyValueWrite.Delete(operation.getDelete()));
      } else if (!operation.getIncrement().isEmpty()) {
        steps.add(new KeyValueWrite.Increment(operation.getIncrement(), operation.getBy()));
      } else {
        int length = operation.getBytes();
        if (length < 0 || length > values.length - at) {
          throw BindingException.type("operations: values missing (expected: one for each put)");
        }
        steps.add(
            new KeyValueWrite.Put(
                operation.getPut(),
                Arrays.copyOfRange(values, at, at + length),
                options(operation.getMetadata(), operation.getExpiration(), operation.getTtlMs())));
        at += length;
      }
    }
    return steps;
  }

  private static WriteOptions options(String metadata, long expirationMillis, long ttlMillis) {
    WriteOptions options = WriteOptions.none();
    if (!metadata.isEmpty()) {
      options = options.withMetadata(metadata);
    }
    if (ttlMillis != 0) {
      return options.expiringAfter(Duration.ofMillis(ttlMillis));
    }
    return expirationMillis == 0
        ? options
        : options.expiringAt(Instant.ofEpochMilli(expirationMillis));
  }

  private static Optional<Stamp> expected(String version) {
    return version.isEmpty() ? Optional.empty() : Optional.of(Stamp.parse(version));
  }

  private static BindingReply version(Optional<Stamp> version) {
    return BindingReply.of(
        version.map(stamp -> "{\"version\":\"" + stamp + "\"}").orElse("{\"version\":null}"));
  }

  private static void discard(Flow.@Nullable Publisher<ByteBuf> body) {
    if (body != null) {
      var _ = BodyBytes.collect(body, 0);
    }
  }
}
