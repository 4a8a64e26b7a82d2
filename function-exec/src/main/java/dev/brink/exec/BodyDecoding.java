package dev.brink.exec;

import dev.brink.exec.zip.ByteCodec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.zip.DataFormatException;
import org.jspecify.annotations.Nullable;

/**
 * Decodes what a guest reads of a body that came with content codings (RFC 9110, section 8.4). It
 * does a little at a time, since it does so on the lane: what expands without end, or into nothing,
 * holds up nobody. On the lane.
 */
final class BodyDecoding {
  /** More are nobody's need: such a body is left as it is. */
  private static final int MAX_CODINGS = 4;

  /** After which it is tried again whether there is a decoder to be had, and until when. */
  static final long RETRY_NANOS = 5_000_000;

  private static final long MAX_WAIT_NANOS = 5_000_000_000L;

  /** So many bytes go through the decoders before something else has its turn. */
  private static final int SLICE_BYTES = 256 << 10;

  /** The decoders get so many at once: what expands into nothing takes its time unseen. */
  private static final int FED_BYTES = 32 << 10;

  private final Codecs codecs;
  private final Run run;
  private final List<String> codings;
  private final List<Integer> open = new ArrayList<>(1);
  private final boolean[] finished;
  private byte[] input = new byte[0];
  private int inputAt;
  private boolean ended;
  private int work;
  private long waitsSinceNanos;

  private BodyDecoding(Codecs codecs, Run run, List<String> codings) {
    this.codecs = codecs;
    this.run = run;
    this.codings = codings;
    this.finished = new boolean[codings.size()];
  }

  /**
   * Of a body with such a {@code content-encoding}; {@code null} when there is nothing to decode,
   * or something that cannot be.
   */
  static @Nullable BodyDecoding of(String header, Codecs codecs, Run run) {
    List<String> codings = new ArrayList<>(1);
    for (String part : header.split(",", MAX_CODINGS + 2)) {
      String coding = part.strip().toLowerCase(Locale.ROOT);
      if (coding.isEmpty() || coding.equals("identity")) {
        continue;
      }
      if (!ByteCodec.decodes(coding)) {
        return null;
      }
      codings.addFirst(coding);
    }
    return codings.isEmpty() || codings.size() > MAX_CODINGS
        ? null
        : new BodyDecoding(codecs, run, codings);
  }

  /**
   * Whether the decoders are there: too many may be in use for the moment.
   *
   * @throws DataFormatException when they have been for long
   */
  boolean begin() throws DataFormatException {
    while (!begun()) {
      int number = codecs.openDecoding(codings.get(open.size()), run);
      if (number < 0) {
        long now = System.nanoTime();
        waitsSinceNanos = waitsSinceNanos == 0 ? now : waitsSinceNanos;
        if (now - waitsSinceNanos > MAX_WAIT_NANOS) {
          throw new DataFormatException("too many bodies are being decoded");
        }
        return false;
      }
      open.add(number);
    }
    return true;
  }

  /** Whether it has its decoders. */
  boolean begun() {
    return open.size() == codings.size();
  }

  /** Whether it has done enough, until it is told to {@link #goOn}. */
  boolean tired() {
    return work >= SLICE_BYTES;
  }

  /** Something else has had its turn, or will have. */
  void goOn() {
    work = 0;
  }

  /** Gives it what has come, once {@link #next} has nothing any more. */
  void feed(byte[] bytes) {
    input = bytes;
    inputAt = 0;
  }

  /** Gives the first decoder more of what has come; whether there was any. */
  private boolean feedOn() throws DataFormatException {
    int length = Math.min(FED_BYTES, input.length - inputAt);
    if (length == 0) {
      return false;
    }
    codec(0)
        .feed(
            length == input.length ? input : Arrays.copyOfRange(input, inputAt, inputAt + length));
    work += length;
    inputAt += length;
    return true;
  }

  /** There is no more to come. Returns whether it did not know. */
  boolean finish() throws DataFormatException {
    if (ended) {
      return false;
    }
    ended = true;
    finished[0] = true;
    codec(0).finish();
    return true;
  }

  /** The next bytes; {@code null} when there are none without more, or it is {@link #tired}. */
  byte @Nullable [] next() throws DataFormatException {
    return next(codings.size() - 1);
  }

  private byte @Nullable [] next(int stage) throws DataFormatException {
    while (!tired()) {
      byte[] out = codec(stage).next();
      if (out != null) {
        work += out.length;
        return out;
      }
      if (stage == 0) {
        if (feedOn()) {
          continue;
        }
        return null;
      }
      byte[] in = next(stage - 1);
      if (in != null) {
        codec(stage).feed(in);
      } else if (tired() || !finished[stage - 1] || finished[stage]) {
        return null;
      } else {
        finished[stage] = true;
        codec(stage).finish();
      }
    }
    return null;
  }

  private ByteCodec codec(int stage) throws DataFormatException {
    ByteCodec codec = codecs.get(open.get(stage));
    if (codec == null) {
      throw new DataFormatException("the invocation has ended");
    }
    return codec;
  }

  void close() {
    open.forEach(codecs::close);
    open.clear();
  }
}
