package dev.brink.grid;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import org.apache.ignite.IgniteCheckedException;
import org.apache.ignite.IgniteException;
import org.apache.ignite.internal.processors.affinity.AffinityTopologyVersion;
import org.apache.ignite.internal.processors.cache.GridCacheContext;
import org.apache.ignite.internal.processors.cache.distributed.dht.topology.GridDhtLocalPartition;
import org.apache.ignite.internal.processors.cache.distributed.dht.topology.GridDhtPartitionState;
import org.apache.ignite.internal.processors.cache.persistence.CacheDataRow;
import org.apache.ignite.internal.processors.cache.persistence.CacheDataRowAdapter.RowData;
import org.apache.ignite.internal.util.lang.GridCursor;
import org.jspecify.annotations.Nullable;

/**
 * Partitions of a cache that are whole on the node here; Ignite keeps them so until they are let
 * go. What is read of them is read where Ignite's own scan reads it.
 */
final class HeldPartitions implements KeyIndex.Partitions, AutoCloseable {
  private final GridCacheContext<String, byte[]> context;
  private final @Nullable GridDhtLocalPartition[] byNumber;

  private HeldPartitions(GridCacheContext<String, byte[]> context) {
    this.context = context;
    this.byNumber = new GridDhtLocalPartition[context.affinity().partitions()];
  }

  /**
   * Holds partitions.
   *
   * @throws IgniteException when one of them is not, or not whole, on this node
   */
  static HeldPartitions of(GridCacheContext<String, byte[]> context, Set<Integer> numbers) {
    HeldPartitions all = new HeldPartitions(context);
    try {
      for (int number : numbers) {
        all.hold(number);
      }
      return all;
    } catch (RuntimeException e) {
      all.close();
      throw e;
    }
  }

  private void hold(int number) {
    AffinityTopologyVersion version = context.affinity().affinityTopologyVersion();
    GridDhtLocalPartition partition = context.topology().localPartition(number, version, false);
    if (partition == null || !partition.reserve()) {
      throw new IgniteException("partition " + number + " is not here");
    }
    byNumber[number] = partition;
    if (partition.state() != GridDhtPartitionState.OWNING) {
      throw new IgniteException("partition " + number + " is not whole here");
    }
  }

  List<Integer> numbers() {
    List<Integer> held = new ArrayList<>();
    for (int i = 0; i < byNumber.length; i++) {
      if (byNumber[i] != null) {
        held.add(i);
      }
    }
    return held;
  }

  @Override
  public @Nullable Object partition(int number) {
    return byNumber[number];
  }

  @Override
  public boolean keys(int number, Predicate<String> accept) {
    try {
      GridCursor<? extends CacheDataRow> rows =
          held(number).dataStore().cursor(context.cacheId(), null, null, RowData.KEY_ONLY);
      while (rows.next()) {
        String key = rows.get().key().value(context.cacheObjectContext(), false);
        if (!accept.test(key)) {
          return false;
        }
      }
      return true;
    } catch (IgniteCheckedException e) {
      throw new IgniteException(e);
    }
  }

  @Override
  public byte @Nullable [] read(int number, String key) {
    context.shared().database().checkpointReadLock();
    try {
      CacheDataRow row = held(number).dataStore().find(context, context.toCacheKeyObject(key));
      return row == null ? null : row.value().value(context.cacheObjectContext(), false);
    } catch (IgniteCheckedException e) {
      throw new IgniteException(e);
    } finally {
      context.shared().database().checkpointReadUnlock();
    }
  }

  private GridDhtLocalPartition held(int number) {
    return Objects.requireNonNull(byNumber[number]);
  }

  @Override
  public void close() {
    for (int i = 0; i < byNumber.length; i++) {
      GridDhtLocalPartition partition = byNumber[i];
      byNumber[i] = null;
      if (partition != null) {
        partition.release();
      }
    }
  }
}
