package dev.brink.grid;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.brink.grid.wire.ListAnswer;
import dev.brink.grid.wire.ListQuestion;
import dev.brink.grid.wire.ListedKey;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.TreeMap;
import javax.cache.Cache;
import org.apache.ignite.Ignite;
import org.apache.ignite.cache.query.QueryCursor;
import org.apache.ignite.cache.query.ScanQuery;
import org.apache.ignite.lang.IgniteCallable;
import org.apache.ignite.resources.IgniteInstanceResource;
import org.jspecify.annotations.Nullable;

/**
 * Lists the first keys that the member it runs on holds as their primary. Crosses processes; all it
 * carries is a {@code ListQuestion}.
 */
final class KeyListTask implements IgniteCallable<byte[]> {
  private static final long serialVersionUID = 1L;

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
    ListAnswer.Builder answer = ListAnswer.newBuilder();
    first(here, asked).values().forEach(answer::addKeys);
    return answer.build().toByteArray();
  }

  private static Map<String, ListedKey> first(Ignite ignite, ListQuestion asked) {
    TreeMap<String, ListedKey> first = new TreeMap<>(KeyCodec.ORDER);
    PriorityQueue<String> greatest = new PriorityQueue<>(KeyCodec.ORDER.reversed());
    String prefix = asked.getPrefix();
    String after = asked.getAfter();
    ScanQuery<String, byte[]> matching =
        new ScanQuery<>(
            (key, value) ->
                key.startsWith(prefix)
                    && (after.isEmpty() || KeyCodec.ORDER.compare(key, after) > 0));
    matching.setLocal(true);
    try (QueryCursor<Cache.Entry<String, byte[]>> cursor =
        ignite.<String, byte[]>cache(asked.getCache()).query(matching)) {
      for (Cache.Entry<String, byte[]> entry : cursor) {
        String key = entry.getKey();
        boolean full = first.size() == asked.getLimit();
        if (full && KeyCodec.ORDER.compare(key, greatest.element()) > 0) {
          continue;
        }
        StoredValue value = StoredValue.decode(key, entry.getValue());
        if (value.expired(asked.getNowMillis())) {
          continue;
        }
        if (full) {
          first.remove(greatest.remove());
        }
        first.put(key, listed(key, value));
        greatest.add(key);
      }
    }
    return first;
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
