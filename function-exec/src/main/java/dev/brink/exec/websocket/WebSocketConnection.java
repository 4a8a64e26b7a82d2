package dev.brink.exec.websocket;

import io.netty.buffer.ByteBuf;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One end of an open connection: answers pings, pings a silent peer, and closes as RFC 6455,
 * sections 5.5 and 7, has it. Not thread-safe; times are {@link System#nanoTime}'s.
 */
public final class WebSocketConnection {
  /** Where frames go. */
  public interface Output {
    /** Takes a whole frame and its ownership. */
    void send(ByteBuf frame);

    /** Nothing follows; once. */
    void end();
  }

  /**
   * How a connection ended.
   *
   * @param code {@link CloseCode#ABNORMAL} unless the peer closed
   * @param clean whether both ends closed
   * @param error what went wrong, in words; {@code null} for nothing
   */
  public record Closed(int code, String reason, boolean clean, @Nullable String error) {}

  private final WebSocketLimits limits;
  private final Output output;
  private final FrameReader reader;
  private final FrameWriter writer;
  private final long endNanos;
  private long heardNanos;
  private long closingNanos;
  private boolean pinged;
  private boolean closing;
  private @Nullable Closed closed;

  private WebSocketConnection(
      WebSocketLimits limits, Output output, @Nullable IntSupplier masks, long nowNanos) {
    this.limits = limits;
    this.output = output;
    reader = new FrameReader(masks == null, limits.messageBytes());
    writer = new FrameWriter(masks);
    heardNanos = nowNanos;
    endNanos = nowNanos + limits.lifetime().toNanos();
  }

  /** The end that was connected to. */
  public static WebSocketConnection ofServer(WebSocketLimits limits, Output output, long nowNanos) {
    return new WebSocketConnection(limits, output, null, nowNanos);
  }

  /**
   * The end that connected.
   *
   * @param masks unforeseeable numbers, a new one for each frame
   */
  public static WebSocketConnection ofClient(
      WebSocketLimits limits, Output output, IntSupplier masks, long nowNanos) {
    return new WebSocketConnection(limits, output, masks, nowNanos);
  }

  /** Whether messages can be sent. */
  public boolean isOpen() {
    return !closing && closed == null;
  }

  /** How it ended; {@code null} while it has not. */
  public @Nullable Closed closed() {
    return closed;
  }

  /** Memory that an incomplete message takes. */
  public int heldBytes() {
    return reader.heldBytes();
  }

  /** Sends a message, unless the connection is not open. Lone surrogates become {@code ?}. */
  public void send(String text) {
    if (isOpen()) {
      output.send(writer.text(text));
    }
  }

  /** Sends a message, unless the connection is not open. */
  public void send(byte[] data) {
    if (isOpen()) {
      output.send(writer.binary(data));
    }
  }

  /**
   * Reads up to the next message; what else comes is dealt with.
   *
   * @return {@code null} when {@code in} is read to its end
   */
  public Received.@Nullable Message receive(ByteBuf in, long nowNanos) {
    heardNanos = nowNanos;
    pinged = false;
    try {
      while (closed == null) {
        switch (reader.read(in)) {
          case null -> {
            return null;
          }
          case Received.Message message -> {
            if (!closing) {
              return message;
            }
          }
          case Received.Ping ping -> {
            if (!closing) {
              output.send(writer.pong(ping.data()));
            }
          }
          case Received.Pong _ -> {}
          case Received.Close close -> closedByPeer(close);
        }
      }
    } catch (WebSocketException e) {
      fail(e.code(), String.valueOf(e.getMessage()));
    }
    in.skipBytes(in.readableBytes());
    return null;
  }

  private void closedByPeer(Received.Close close) {
    if (!closing) {
      output.send(writer.close(close.code(), ""));
    }
    finish(new Closed(close.code(), close.reason(), true, null));
  }

  /**
   * Begins to close; nothing more is sent, and what comes until the peer has closed is dropped.
   *
   * @param code one that {@linkplain CloseCode#isSendable can be sent}, or {@link CloseCode#NONE}
   * @param reason cut off after {@link CloseCode#MAX_REASON_BYTES}
   */
  public void close(int code, String reason, long nowNanos) {
    if (isOpen()) {
      closing = true;
      closingNanos = nowNanos;
      output.send(writer.close(code, reason));
    }
  }

  /** Gives the connection up, and tells the peer why, in case it still listens. */
  public void fail(int code, String why) {
    if (closed == null) {
      if (!closing) {
        output.send(writer.close(code, why));
      }
      finish(new Closed(CloseCode.ABNORMAL, "", false, why));
    }
  }

  /** The peer's bytes have ended without a close, or nobody takes ours any more. */
  public void lost() {
    fail(CloseCode.GOING_AWAY, "the connection was lost");
  }

  private void finish(Closed how) {
    closed = how;
    output.end();
  }

  /** When {@link #tick} is to be called next. */
  public long dueNanos() {
    if (closing) {
      return closingNanos + WebSocketLimits.CLOSING.toNanos();
    }
    long idleNanos = limits.idle().toNanos();
    long silentNanos = heardNanos + (pinged ? 2 * idleNanos : idleNanos);
    return silentNanos - endNanos < 0 ? silentNanos : endNanos;
  }

  /** Does what is due. */
  public void tick(long nowNanos) {
    if (closed != null || nowNanos - dueNanos() < 0) {
      return;
    }
    if (closing) {
      fail(CloseCode.ABNORMAL, "the peer did not close in time");
    } else if (nowNanos - endNanos >= 0) {
      close(CloseCode.GOING_AWAY, "open for as long as it may", nowNanos);
    } else if (pinged) {
      fail(CloseCode.GOING_AWAY, "the peer does not answer");
    } else {
      pinged = true;
      output.send(writer.ping());
    }
  }
}
