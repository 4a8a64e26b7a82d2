package dev.brink.mesh.link;

import dev.brink.mesh.proto.LoadBeat;
import io.netty.buffer.ByteBuf;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes a node's load reports for one beat stream. Each issue of news goes out once, and the warm
 * set when it differs from the last one written: a stream loses nothing, and a new one starts with
 * a writer that has told nothing. {@link BeatListener} reads them. Not thread-safe.
 */
final class BeatWriter {
  private long toldIssue = NewsIssue.NONE.number();
  private @Nullable List<Long> toldWarm;

  /**
   * The next message on the stream.
   *
   * @param whole the node's load, with all it has warm, in an order that stays
   */
  ByteBuf next(LoadBeat whole, NewsIssue issue) {
    LoadBeat.Builder beat = whole.toBuilder();
    if (whole.getWarmFollows()) {
      List<Long> warm = whole.getWarmList();
      if (warm.equals(toldWarm)) {
        beat.clearWarm().clearWarmFollows();
      } else {
        toldWarm = warm;
      }
    }
    if (issue.number() != toldIssue) {
      toldIssue = issue.number();
      beat.setNews(issue.news());
    }
    return ControlStream.delimited(beat.build());
  }
}
