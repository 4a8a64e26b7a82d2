package dev.brink.mesh.http;

import io.netty.buffer.ByteBuf;

/**
 * A request's body on its way from the connection to whoever subscribes. Fed and ended on the event
 * loop.
 */
final class RequestBody implements BodyPipe.Source {
  private final Exchange exchange;
  private final HttpLimits limits;
  private final BodyPipe pipe;
  private long bytes;
  private long drainedBytes;
  private boolean ended;
  private boolean unwanted;
  private boolean wanted;

  RequestBody(Exchange exchange, HttpLimits limits) {
    this.exchange = exchange;
    this.limits = limits;
    pipe = new BodyPipe(limits.bodyBufferBytes(), this);
  }

  BodyPipe pipe() {
    return pipe;
  }

  /** Bytes that came. */
  long bytes() {
    return bytes;
  }

  boolean ended() {
    return ended;
  }

  /** Whether somebody asked for it, or what comes is thrown away anyway. */
  boolean flowing() {
    return wanted || unwanted;
  }

  boolean unwanted() {
    return unwanted;
  }

  /**
   * Takes a piece.
   *
   * @return whether more may be read now; if not, {@link Exchange#onBodyRoom} says when
   */
  boolean data(ByteBuf data) {
    int size = data.readableBytes();
    bytes += size;
    if (ended || bytes > limits.maxBodyBytes()) {
      data.release();
      if (!ended) {
        exchange.onBodyTooLarge();
      }
      return true;
    }
    if (unwanted) {
      data.release();
      drainedBytes += size;
      if (drainedBytes > limits.maxDrainBytes()) {
        exchange.onBodyOverrun();
      }
      return true;
    }
    return pipe.offer(data);
  }

  void end() {
    ended = true;
    pipe.complete();
  }

  /** The rest won't come. */
  void breakOff(Problem why) {
    if (!ended) {
      ended = true;
      pipe.close(new ProblemException(why));
    }
  }

  /** The exchange has ended: nobody may begin to read any more. */
  void exchangeEnded() {
    if (!pipe.subscribed()) {
      pipe.close(new ProblemException(Refusal.OVER));
      if (!ended) {
        unwanted = true;
        exchange.onBodyRoom();
      }
    }
  }

  @Override
  public void subscribed() {
    if (exchange.eventLoop().inEventLoop()) {
      wanted = true;
      exchange.onBodyWanted();
    } else {
      exchange.hop(this::subscribed);
    }
  }

  @Override
  public void drained() {
    if (exchange.eventLoop().inEventLoop()) {
      exchange.onBodyRoom();
    } else {
      exchange.hop(exchange::onBodyRoom);
    }
  }

  @Override
  public void cancelled() {
    if (exchange.eventLoop().inEventLoop()) {
      if (!ended) {
        unwanted = true;
        exchange.onBodyRoom();
      }
    } else {
      exchange.hop(this::cancelled);
    }
  }
}
