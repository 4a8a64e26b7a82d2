package dev.brink.mesh.http;

import io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;

/**
 * What an HTTP/1 head says about its body, its connection and its host; gathered header by header.
 */
final class RequestFraming {
  private static final AsciiString HOST = Http1HeaderNames.known("host");
  private static final AsciiString CONTENT_LENGTH = Http1HeaderNames.known("content-length");
  private static final AsciiString TRANSFER_ENCODING = Http1HeaderNames.known("transfer-encoding");
  private static final AsciiString CONNECTION = Http1HeaderNames.known("connection");
  private static final AsciiString UPGRADE = Http1HeaderNames.known("upgrade");
  private static final AsciiString EXPECT = Http1HeaderNames.known("expect");

  private @Nullable String host;
  private boolean http10;
  private boolean chunked;
  private long length;
  private boolean close;
  private boolean keepAlive;
  private boolean connectionUpgrade;
  private boolean upgrade;
  private boolean expectContinue;

  void reset() {
    host = null;
    http10 = false;
    chunked = false;
    length = -1;
    close = false;
    keepAlive = false;
    connectionUpgrade = false;
    upgrade = false;
    expectContinue = false;
  }

  void http10(boolean value) {
    http10 = value;
  }

  /** Whether the client has said whom it means by a header. */
  boolean hasHost() {
    return host != null;
  }

  boolean http10() {
    return http10;
  }

  boolean chunked() {
    return chunked;
  }

  /** The body's length, 0 for none; -1 when chunked. */
  long length() {
    return chunked ? -1 : Math.max(0, length);
  }

  boolean hasBody() {
    return chunked || length > 0;
  }

  boolean keepAlive() {
    return !close && (!http10 || keepAlive);
  }

  boolean expectContinue() {
    return expectContinue && !http10;
  }

  /** Whether the client asks for another protocol. */
  boolean upgrade() {
    return upgrade && connectionUpgrade && !http10 && !hasBody();
  }

  /** Takes a header into account, by one of the known names. */
  @Nullable Problem header(AsciiString name, String value) {
    if (name.equals(HOST)) {
      if (host != null || !Syntax.isHost(value)) {
        return Refusal.HOST;
      }
      host = value;
    } else if (name.equals(CONTENT_LENGTH)) {
      if (length >= 0) {
        return Refusal.FRAMING;
      }
      length = Syntax.length(value);
      return length < 0 ? Refusal.FRAMING : null;
    } else if (name.equals(TRANSFER_ENCODING)) {
      if (chunked || !value.equalsIgnoreCase("chunked")) {
        return Refusal.FRAMING;
      }
      chunked = true;
    } else if (name.equals(CONNECTION)) {
      connection(value);
    } else if (name.equals(UPGRADE)) {
      upgrade = true;
    } else if (name.equals(EXPECT)) {
      expectContinue = value.equalsIgnoreCase("100-continue");
      return expectContinue ? null : Refusal.EXPECTATION;
    }
    return null;
  }

  private void connection(String value) {
    int from = 0;
    while (from <= value.length()) {
      int comma = value.indexOf(',', from);
      int to = comma < 0 ? value.length() : comma;
      String option = value.substring(from, to).trim();
      close |= option.equalsIgnoreCase("close");
      keepAlive |= option.equalsIgnoreCase("keep-alive");
      connectionUpgrade |= option.equalsIgnoreCase("upgrade");
      from = to + 1;
    }
  }

  /**
   * What is wrong with the head as a whole.
   *
   * @param authority of a target in absolute form
   */
  @Nullable Problem check(@Nullable String authority) {
    if (chunked && (length >= 0 || http10)) {
      return Refusal.FRAMING;
    }
    if (host == null) {
      // RFC 9112, section 3.2, asks it of HTTP/1.1 only.
      return http10 ? null : Refusal.HOST;
    }
    return authority == null || authority.equalsIgnoreCase(host) ? null : Refusal.HOST_DISAGREES;
  }
}
