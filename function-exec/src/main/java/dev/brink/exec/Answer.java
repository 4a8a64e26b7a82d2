package dev.brink.exec;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpResponse;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/** What a handler answered. */
record Answer(HttpResponse head, Flow.@Nullable Publisher<ByteBuf> body) {
  /** Lets go of a full response's content. */
  void discard() {
    if (head instanceof FullHttpResponse full) {
      full.release();
    }
  }
}
