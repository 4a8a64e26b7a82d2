package dev.brink.mesh.ingress;

import dev.brink.mesh.exchange.CallTiming;

/** The {@code server-timing} header: where the time went, in milliseconds. */
final class ServerTiming {
  static String of(CallTiming timing, long totalNanos) {
    StringBuilder text = new StringBuilder(96);
    append(text, "net", timing.netNanos());
    append(text.append(", "), "queue", timing.queueNanos());
    append(text.append(", "), "cold", timing.coldNanos());
    append(text.append(", "), "run", timing.runNanos());
    append(text.append(", "), "total", totalNanos);
    return text.toString();
  }

  private static void append(StringBuilder text, String name, long nanos) {
    long micros = Math.max(0, nanos) / 1_000;
    text.append(name).append(";dur=").append(micros / 1_000).append('.');
    int part = (int) (micros % 1_000);
    text.append((char) ('0' + part / 100))
        .append((char) ('0' + part / 10 % 10))
        .append((char) ('0' + part % 10));
  }

  private ServerTiming() {}
}
