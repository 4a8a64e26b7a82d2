package dev.brink.exec;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpResponse;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells a listener, and lets nothing that it throws get any further. */
record GuardedListener(InvocationListener listener, GraalFunction function)
    implements InvocationListener {
  private static final Logger log = LoggerFactory.getLogger(GuardedListener.class);

  @Override
  public void onBegun() {
    try {
      listener.onBegun();
    } catch (RuntimeException | LinkageError | AssertionError | VirtualMachineError e) {
      failed(e);
    }
  }

  @Override
  public void onResponse(HttpResponse head, Flow.@Nullable Publisher<ByteBuf> body, Timing timing) {
    try {
      listener.onResponse(head, body, timing);
    } catch (RuntimeException | LinkageError | AssertionError | VirtualMachineError e) {
      failed(e);
    }
  }

  @Override
  public void onFailure(FunctionException failure, Timing timing) {
    try {
      listener.onFailure(failure, timing);
    } catch (RuntimeException | LinkageError | AssertionError | VirtualMachineError e) {
      failed(e);
    }
  }

  @Override
  public void onDone(InvocationReport report) {
    try {
      listener.onDone(report);
    } catch (RuntimeException | LinkageError | AssertionError | VirtualMachineError e) {
      failed(e);
    }
  }

  private void failed(Throwable why) {
    log.error("A listener of {} failed", function.bundle().name(), why);
  }
}
