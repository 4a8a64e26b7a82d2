package dev.brink.mesh.ingress;

import dev.brink.mesh.exchange.CallTiming;
import io.netty.util.AsciiString;

/** The {@code server-timing} header: where the time went, in milliseconds. */
final class ServerTiming {
  private static final byte[] NET = bytes("net;dur=");
  private static final byte[] QUEUE = bytes(", queue;dur=");
  private static final byte[] COLD = bytes(", cold;dur=");
  private static final byte[] RUN = bytes(", run;dur=");
  private static final byte[] TOTAL = bytes(", total;dur=");
  private static final int NAMES =
      NET.length + QUEUE.length + COLD.length + RUN.length + TOTAL.length;

  private final byte[] text;
  private int at;

  private ServerTiming(int length) {
    text = new byte[length];
  }

  static AsciiString of(CallTiming timing, long totalNanos) {
    int length =
        NAMES
            + length(timing.netNanos())
            + length(timing.queueNanos())
            + length(timing.coldNanos())
            + length(timing.runNanos())
            + length(totalNanos);
    var header = new ServerTiming(length);
    header.append(NET, timing.netNanos());
    header.append(QUEUE, timing.queueNanos());
    header.append(COLD, timing.coldNanos());
    header.append(RUN, timing.runNanos());
    header.append(TOTAL, totalNanos);
    return new AsciiString(header.text, false);
  }

  private static byte[] bytes(String name) {
    return AsciiString.of(name).toByteArray();
  }

  /** Of the milliseconds with three places. */
  private static int length(long nanos) {
    int length = 5;
    for (long rest = Math.max(0, nanos) / 10_000_000; rest > 0; rest /= 10) {
      length++;
    }
    return length;
  }

  private void append(byte[] name, long nanos) {
    System.arraycopy(name, 0, text, at, name.length);
    at += name.length;
    int end = at + length(nanos);
    long rest = Math.max(0, nanos) / 1_000;
    for (int i = end - 1; i >= at; i--) {
      if (i == end - 4) {
        text[i] = '.';
      } else {
        text[i] = (byte) ('0' + rest % 10);
        rest /= 10;
      }
    }
    at = end;
  }
}
