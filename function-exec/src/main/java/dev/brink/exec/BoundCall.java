package dev.brink.exec;

import dev.brink.exec.binding.BindingCall;
import dev.brink.exec.binding.BindingException;
import dev.brink.exec.binding.BindingReply;
import dev.brink.exec.binding.HostBinding;
import dev.brink.exec.stream.BodyReader;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A call to a {@link HostBinding} under way: brings the reply back to the lane and the guest. */
final class BoundCall {
  private static final Logger log = LoggerFactory.getLogger(BoundCall.class);

  private final Instance instance;
  private final Run run;
  private final int op;
  private final boolean text;

  BoundCall(Instance instance, Run run, int op, boolean text) {
    this.instance = instance;
    this.run = run;
    this.op = op;
    this.text = text;
  }

  void start(HostBinding binding, BindingCall call) {
    try {
      var _ =
          binding
              .call(call)
              .whenComplete(
                  (reply, failure) -> {
                    GuestBody.letGo(call.body());
                    instance.post(
                        failure == null ? () -> arrived(reply) : () -> failed(unwrapped(failure)));
                  });
    } catch (RuntimeException e) {
      GuestBody.letGo(call.body());
      instance.post(() -> failed(e));
    }
  }

  /** Nothing to stop: a call ends by its deadline, and its reply is let go. */
  void abandon() {
    log.trace("a call of {} is abandoned", instance.function().bundle().name());
  }

  private void arrived(BindingReply reply) {
    ByteBuf content = reply.content();
    Flow.Publisher<ByteBuf> body = reply.body();
    if (!instance.ops().isPending(op)) {
      discard(content, body);
    } else if (content != null) {
      instance.ops().settle(op, Guest.RESOLVED, reply.json(), toGuest(content));
    } else if (body != null) {
      var reader = new BodyReader(body, instance::post, Long.MAX_VALUE);
      int number = instance.bodies().add(run, reader);
      instance.ops().settle(op, Guest.RESOLVED, reply.json(), number);
    } else {
      instance.ops().settle(op, Guest.RESOLVED, reply.json());
    }
  }

  private Object toGuest(ByteBuf content) {
    if (!text) {
      return GuestBytes.toGuest(content);
    }
    try {
      return content.toString(StandardCharsets.UTF_8);
    } finally {
      content.release();
    }
  }

  private static void discard(@Nullable ByteBuf content, Flow.@Nullable Publisher<ByteBuf> body) {
    if (content != null) {
      content.release();
    }
    if (body != null) {
      new BodyReader(body, Runnable::run, 0).cancel();
    }
  }

  private void failed(Throwable failure) {
    if (failure instanceof BindingException known) {
      switch (known.kind()) {
        case TYPE -> instance.ops().settle(op, Guest.TYPE_ERROR, known.getMessage());
        case RANGE -> instance.ops().settle(op, Guest.RANGE_ERROR, known.getMessage());
        case FAILED -> {
          String detail = (known.retryable() ? "+" : "-") + known.code();
          instance.ops().settle(op, Guest.FAILED, known.getMessage(), detail);
        }
      }
    } else {
      log.error("A binding of {} failed", instance.function().bundle().name(), failure);
      instance.ops().settle(op, Guest.FAILED, "the host could not do it", "-internal");
    }
  }

  private static Throwable unwrapped(Throwable failure) {
    Throwable cause = failure.getCause();
    return failure instanceof CompletionException && cause != null ? cause : failure;
  }
}
