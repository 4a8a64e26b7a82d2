package dev.brink.exec;

import dev.brink.exec.stream.RelayBody;
import dev.brink.exec.stream.WholeBody;
import io.netty.buffer.ByteBuf;
import java.util.concurrent.Flow;
import org.graalvm.polyglot.Value;
import org.jspecify.annotations.Nullable;

/** Bytes that a guest hands over, in one of the forms of {@code bodies.js}. On the lane. */
final class GuestBody {
  private static final int NONE = 0;
  private static final int TEXT = 1;
  private static final int BYTES = 2;
  private static final int NATIVE = 3;

  /** The guest writes it when it is pulled. */
  static final int STREAM = 4;

  /**
   * What the host reads.
   *
   * @param kind 0 no body, 1 a string, 2 part of a buffer, 3 the number of a body, 4 a stream
   * @param writer the number of the stream
   */
  static Flow.@Nullable Publisher<ByteBuf> publisher(
      Instance instance, int kind, @Nullable Value data, int offset, int length, int writer) {
    if (kind == STREAM) {
      Bodies.Writing writing = instance.bodies().writing(writer);
      return writing == null ? null : writing.writer();
    }
    if (data == null || kind == NONE) {
      return null;
    }
    if (kind == TEXT) {
      return WholeBody.of(GuestBytes.utf8(data.asString()));
    }
    if (kind == BYTES) {
      return WholeBody.of(GuestBytes.buffer(data, offset, length));
    }
    int number = data.asInt();
    Bodies.Reading reading = instance.bodies().reading(number);
    if (reading == null) {
      return null;
    }
    Flow.Publisher<ByteBuf> untouched = reading.reader().detach();
    if (untouched != null && !reading.run().bodies().isRequest(reading.reader())) {
      instance.bodies().release(number);
    }
    return untouched == null || untouched instanceof RelayBody
        ? untouched
        : new RelayBody(untouched, Long.MAX_VALUE, _ -> {});
  }

  /**
   * The bytes of a body of the host that nobody has touched, as {@link #publisher} gives it.
   *
   * @return -1 for any other, and where nobody has said so
   */
  static long length(Instance instance, int kind, @Nullable Value data) {
    Bodies.Reading reading =
        kind == NATIVE && data != null ? instance.bodies().reading(data.asInt()) : null;
    return reading == null ? -1 : reading.length();
  }

  /** Whether somebody has subscribed to a body, or is told its end anyway. */
  static boolean isTaken(Flow.Publisher<ByteBuf> body) {
    return switch (body) {
      case WholeBody whole -> whole.taken();
      case RelayBody relay -> relay.taken();
      default -> true;
    };
  }

  /** Releases a body that the host did not care for, or does not any more. Any thread. */
  static void letGo(Flow.@Nullable Publisher<ByteBuf> body) {
    if (body instanceof WholeBody whole) {
      whole.discard();
    } else if (body instanceof RelayBody relay) {
      relay.discard();
    }
  }

  private GuestBody() {}
}
