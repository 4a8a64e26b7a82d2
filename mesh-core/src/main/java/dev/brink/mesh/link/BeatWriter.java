package dev.brink.mesh.link;

import dev.brink.mesh.proto.LoadBeat;
import dev.brink.mesh.proto.NetworkCoordinate;
import io.netty.buffer.ByteBuf;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Writes a node's load reports for one beat stream. Each issue of news goes out once, the warm set
 * as what has changed since the last report, and the node's coordinate when it is another one: a
 * stream loses nothing, and a new one starts with a writer that has told nothing. {@link
 * BeatListener} reads them. Not thread-safe.
 */
final class BeatWriter {
  private final boolean changes;
  private long toldIssue = NewsIssue.NONE.number();
  private @Nullable List<Long> toldWarm;
  private @Nullable NetworkCoordinate toldCoordinate;

  /**
   * For a new stream.
   *
   * @param changes whether who listens reads changes of the warm set; else it is told the whole one
   */
  BeatWriter(boolean changes) {
    this.changes = changes;
  }

  /**
   * The next message on the stream.
   *
   * @param whole the node's load, with all it has warm, in an order that stays
   */
  ByteBuf next(LoadBeat whole, NewsIssue issue) {
    LoadBeat.Builder beat = whole.toBuilder();
    if (whole.getWarmFollows()) {
      changesOnly(beat, whole.getWarmList());
    }
    if (whole.hasCoordinate()) {
      if (whole.getCoordinate().equals(toldCoordinate)) {
        beat.clearCoordinate();
      } else {
        toldCoordinate = whole.getCoordinate();
      }
    }
    if (issue.number() != toldIssue) {
      toldIssue = issue.number();
      beat.setNews(issue.news());
    }
    return ControlStream.delimited(beat.build());
  }

  private void changesOnly(LoadBeat.Builder beat, List<Long> warm) {
    List<Long> told = toldWarm;
    toldWarm = warm;
    if (told == null) {
      return;
    }
    if (warm.equals(told)) {
      beat.clearWarm().clearWarmFollows();
      return;
    }
    Set<Long> added = new HashSet<>(warm);
    told.forEach(added::remove);
    Set<Long> removed = new HashSet<>(told);
    warm.forEach(removed::remove);
    if (changes && added.size() + removed.size() < warm.size()) {
      beat.clearWarm().clearWarmFollows().addAllWarmAdded(added).addAllWarmRemoved(removed);
    }
  }
}
