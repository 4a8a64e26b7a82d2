package dev.brink.grid;

import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds out whether another node's discovery port takes this node for one of its mesh, which Ignite
 * does not tell: it counts a node that refuses a certificate as one that is not there.
 */
final class Handshake {
  private static final Logger log = LoggerFactory.getLogger(Handshake.class);
  private static final byte[] NO_RECORD_OF_TLS = {0, 0, 0x47, 0x47, 0};
  private static final int ALERT = 0x15;

  private final @Nullable SSLContext ssl;

  /**
   * A handshake as this node does it.
   *
   * @param ssl {@code null}: it speaks no TLS
   */
  Handshake(@Nullable SSLContext ssl) {
    this.ssl = ssl;
  }

  /**
   * Why the two do not trust each other, for people; empty when they do, and when that cannot be
   * seen. Waits for at most three times the timeout. In TLS 1.3 a server judges the client's
   * certificate after the handshake, so silence is consent.
   */
  Optional<String> refusal(HostPort at, Duration timeout) {
    try (Socket socket = new Socket()) {
      socket.setSoTimeout((int) timeout.toMillis());
      socket.connect(at.resolve(), (int) timeout.toMillis());
      return ssl == null ? plain(socket, at) : secured(ssl, socket, at);
    } catch (SSLException e) {
      return Optional.of(
          "TLS with "
              + at
              + " failed: "
              + IgniteSession.rootMessage(e)
              + " (expected: valid certificates that both nodes' authorities vouch for)");
    } catch (IOException e) {
      log.debug("{} says nothing about trust", at, e);
      return Optional.empty();
    }
  }

  private static Optional<String> secured(SSLContext ssl, Socket socket, HostPort at)
      throws IOException {
    try (SSLSocket secured =
        (SSLSocket) ssl.getSocketFactory().createSocket(socket, at.host(), at.port(), true)) {
      return accepted(secured)
          ? Optional.empty()
          : Optional.of(
              at
                  + " refuses this node's certificate (expected: a valid one that its authority"
                  + " vouches for)");
    }
  }

  /** The alert that would say why may be lost when the other closes at once. */
  private static boolean accepted(SSLSocket secured) throws IOException {
    try {
      secured.startHandshake();
      return secured.getInputStream().read() >= 0;
    } catch (SocketTimeoutException _) {
      return true;
    } catch (SocketException e) {
      log.debug("closed in the handshake", e);
      return false;
    }
  }

  private static Optional<String> plain(Socket socket, HostPort at) throws IOException {
    socket.getOutputStream().write(NO_RECORD_OF_TLS);
    return socket.getInputStream().read() == ALERT
        ? Optional.of(at + " speaks TLS (expected: as this node, without certificates)")
        : Optional.empty();
  }
}
