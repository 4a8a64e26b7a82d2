package dev.brink.mesh;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.StringValue;
import dev.brink.grid.Entry;
import dev.brink.grid.Grid;
import dev.brink.grid.GridListener;
import dev.brink.grid.GridState;
import dev.brink.grid.MapListener;
import dev.brink.grid.ReplicatedMap;
import dev.brink.grid.Stamp;
import dev.brink.mesh.http.CdnLoop;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The id that all nodes of the mesh mark requests with which they pass on. The grid keeps it: the
 * first node brings its own, and of several the one written last stays. A node that is not in the
 * grid yet has its own.
 */
final class LoopId implements MapListener, GridListener {
  private static final Logger LOG = LoggerFactory.getLogger(LoopId.class);
  private static final String MAP = "mesh";
  private static final String KEY = "cdn-loop";

  private final CdnLoop cdnLoop;
  private final Grid grid;
  private final ReplicatedMap map;

  private LoopId(CdnLoop cdnLoop, Grid grid) {
    this.cdnLoop = cdnLoop;
    this.grid = grid;
    this.map = grid.map(MAP);
  }

  /** Has a node's id be the mesh's from now on. */
  static void share(CdnLoop cdnLoop, Grid grid) {
    var id = new LoopId(cdnLoop, grid);
    id.map.get(KEY).ifPresent(entry -> id.changed(KEY, entry));
    id.map.listen(id);
    grid.listen(id);
    id.bring();
  }

  @Override
  public void stateChanged(GridState before, GridState now, String reason) {
    bring();
  }

  private void bring() {
    if (grid.state() != GridState.CONNECTED || map.get(KEY).isPresent()) {
      return;
    }
    byte[] own = StringValue.of(cdnLoop.id()).toByteArray();
    var _ =
        map.put(KEY, own)
            .whenComplete(
                (stamp, failure) -> {
                  if (failure != null) {
                    LOG.warn("{} is not in the grid yet: {}", KEY, failure.toString());
                  }
                });
  }

  @Override
  public void changed(String key, Entry entry) {
    if (!key.equals(KEY)) {
      return;
    }
    try {
      cdnLoop.adopt(StringValue.parseFrom(entry.value()).getValue());
    } catch (InvalidProtocolBufferException | IllegalArgumentException e) {
      LOG.warn("{} of the grid is not used: {}", KEY, e.getMessage());
    }
  }

  @Override
  public void removed(String key, Stamp stamp) {
    // Nobody removes it.
  }
}
