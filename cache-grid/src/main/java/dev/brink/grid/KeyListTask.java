package dev.brink.grid;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.brink.grid.wire.ListAnswer;
import dev.brink.grid.wire.ListQuestion;
import dev.brink.grid.wire.ListedKey;
import dev.brink.grid.wire.PartitionView;
import java.util.BitSet;
import java.util.Comparator;
import java.util.Set;
import java.util.TreeMap;
import javax.cache.Cache;
import javax.cache.CacheException;
import org.apache.ignite.Ignite;
import org.apache.ignite.IgniteException;
import org.apache.ignite.cache.query.QueryCursor;
import org.apache.ignite.cache.query.ScanQuery;
import org.apache.ignite.internal.IgniteEx;
import org.apache.ignite.internal.processors.affinity.AffinityTopologyVersion;
import org.apache.ignite.internal.processors.cache.GridCacheContext;
import org.apache.ignite.internal.processors.cache.IgniteInternalCache;
import org.apache.ignite.lang.IgniteCallable;
import org.apache.ignite.resources.IgniteInstanceResource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lists the first keys of the partitions that the member it runs on is the primary of: of all of
 * them or, while they move, of none. Crosses processes; all it carries is a {@code ListQuestion}.
 */
final class KeyListTask implements IgniteCallable<byte[]> {
  private static final long serialVersionUID = 1L;
  private static final Logger log = LoggerFactory.getLogger(KeyListTask.class);

  private static final Comparator<PartitionView> ORDER =
      Comparator.comparingLong(PartitionView::getTopology)
          .thenComparingInt(PartitionView::getMinor);

  private static final ListAnswer OTHER_VIEW = ListAnswer.getDefaultInstance();
  private static final ListAnswer NOTHING =
      ListAnswer.newBuilder().setPartitions(ByteString.EMPTY).build();

  private final byte[] question;

  @IgniteInstanceResource private transient @Nullable Ignite ignite;

  KeyListTask(byte[] question) {
    this.question = question;
  }

  @Override
  public byte[] call() throws InvalidProtocolBufferException {
    ListQuestion asked = ListQuestion.parseFrom(question);
    Ignite here = ignite;
    if (here == null) {
      throw new IllegalStateException("the task runs outside of Ignite");
    }
    return answer(here, asked).toByteArray();
  }

  private static ListAnswer answer(Ignite ignite, ListQuestion asked) {
    PartitionView view = view(ignite);
    int order = asked.hasView() ? ORDER.compare(view, asked.getView()) : 0;
    if (order > 0) {
      return OTHER_VIEW;
    }
    IgniteInternalCache<String, byte[]> cache = ((IgniteEx) ignite).cachex(asked.getCache());
    // A member that joins has no caches at first.
    if (order < 0 || cache == null) {
      return NOTHING;
    }
    BitSet partitions = new BitSet();
    Page page = new Page(asked);
    try (HeldPartitions held = HeldPartitions.of(cache.context(), primary(cache, view))) {
      if (!byIndex(ignite, asked, held, page)) {
        held.numbers().forEach(partition -> scan(ignite, asked, partition, page));
      }
      held.numbers().forEach(partitions::set);
    } catch (CacheException | IgniteException e) {
      log.debug("not all partitions of {} can be listed here", asked.getCache(), e);
      return NOTHING;
    }
    if (!view.equals(view(ignite))) {
      return OTHER_VIEW;
    }
    return ListAnswer.newBuilder()
        .addAllKeys(page.first.values())
        .setPartitions(ByteString.copyFrom(partitions.toByteArray()))
        .build();
  }

  /**
   * What the node here goes by; never waits. A member acknowledges writes by its view. So when no
   * member has a later one than that of a question, all that was acknowledged before the question
   * is with that view's primaries.
   */
  static PartitionView view(Ignite ignite) {
    AffinityTopologyVersion ready =
        ((IgniteEx) ignite).context().cache().context().exchange().readyAffinityVersion();
    return PartitionView.newBuilder()
        .setTopology(ready.topologyVersion())
        .setMinor(ready.minorTopologyVersion())
        .build();
  }

  private static Set<Integer> primary(IgniteInternalCache<?, ?> cache, PartitionView view) {
    GridCacheContext<?, ?> context = cache.context();
    return context
        .affinity()
        .primaryPartitions(
            context.localNodeId(),
            new AffinityTopologyVersion(view.getTopology(), view.getMinor()));
  }

  /** Returns whether there is an index, and the page is what it has. */
  private static boolean byIndex(
      Ignite ignite, ListQuestion asked, HeldPartitions held, Page page) {
    KeyIndex index =
        KeyIndexes.of(ignite).index(asked.getCache(), Namespace.prefixOf(asked.getPrefix()));
    return index != null
        && index.list(
            held,
            asked.getPrefix(),
            asked.getAfter(),
            (key, record) -> {
              page.add(key, record);
              return !page.full();
            });
  }

  /** Fails unless the partition is whole here; while it is gone through, Ignite keeps it so. */
  private static void scan(Ignite ignite, ListQuestion asked, int partition, Page page) {
    String prefix = asked.getPrefix();
    String after = asked.getAfter();
    ScanQuery<String, byte[]> matching =
        new ScanQuery<>(
            (key, value) ->
                key.startsWith(prefix)
                    && (after.isEmpty() || KeyCodec.ORDER.compare(key, after) > 0));
    matching.setLocal(true).setPartition(partition);
    try (QueryCursor<Cache.Entry<String, byte[]>> cursor =
        ignite.<String, byte[]>cache(asked.getCache()).query(matching)) {
      for (Cache.Entry<String, byte[]> entry : cursor) {
        page.add(entry.getKey(), entry.getValue());
      }
    }
  }

  /** The first keys of those that were added. */
  private static final class Page {
    private final TreeMap<String, ListedKey> first = new TreeMap<>(KeyCodec.ORDER);
    private final ListQuestion asked;

    Page(ListQuestion asked) {
      this.asked = asked;
    }

    boolean full() {
      return first.size() == asked.getLimit();
    }

    void add(String key, byte[] record) {
      if (full() && KeyCodec.ORDER.compare(key, first.lastKey()) > 0) {
        return;
      }
      StoredValue value = StoredValue.decode(key, record);
      if (value.expired(asked.getNowMillis())) {
        return;
      }
      first.put(key, listed(key, value));
      if (first.size() > asked.getLimit()) {
        first.pollLastEntry();
      }
    }
  }

  private static ListedKey listed(String key, StoredValue value) {
    return ListedKey.newBuilder()
        .setKey(key)
        .setVersion(Wire.toStored(value.version()))
        .setMetadata(value.metadata())
        .setExpiresMillis(value.expiresMillis())
        .setBytes(value.bytes())
        .build();
  }
}
