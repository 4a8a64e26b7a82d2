package dev.brink.grid;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.brink.grid.GridUnavailableException.Reason;
import dev.brink.grid.wire.ListAnswer;
import dev.brink.grid.wire.ListQuestion;
import dev.brink.grid.wire.ListedKey;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/** Lists keys: each member lists those it holds, the first of all of them are the page. */
final class KeyLister {
  private static final int TRIES = 5;

  private KeyLister() {}

  /**
   * A page.
   *
   * @param namespace what all stored keys begin with; not part of the keys listed
   */
  static KeyPage page(
      StoreCaches caches,
      String namespace,
      String prefix,
      Optional<String> cursor,
      int limit,
      long nowMillis,
      Deadline deadline) {
    byte[] question =
        ListQuestion.newBuilder()
            .setCache(caches.records().getName())
            .setPrefix(namespace + prefix)
            .setAfter(cursor.map(key -> namespace + KeyCodec.fromCursor(key)).orElse(""))
            .setLimit(limit + 1)
            .setNowMillis(nowMillis)
            .build()
            .toByteArray();
    for (int i = 0; i < TRIES; i++) {
      long topology = caches.ignite().cluster().topologyVersion();
      Collection<byte[]> answers =
          caches
              .ignite()
              .compute(caches.ignite().cluster().forServers())
              .withTimeout(deadline.leftMillis())
              .broadcast(new KeyListTask(question));
      if (caches.ignite().cluster().topologyVersion() == topology) {
        return merged(answers, namespace, limit);
      }
    }
    throw KeyValueCalls.unavailable(
        Reason.TIMEOUT, "members came and went while the keys were listed", null);
  }

  private static KeyPage merged(Collection<byte[]> answers, String namespace, int limit) {
    TreeMap<String, KeyInfo> all = new TreeMap<>(KeyCodec.ORDER);
    try {
      for (byte[] answer : answers) {
        for (ListedKey listed : ListAnswer.parseFrom(answer).getKeysList()) {
          String key = listed.getKey().substring(namespace.length());
          all.put(
              key,
              new KeyInfo(
                  key,
                  Wire.fromStored(listed.getVersion()),
                  listed.getMetadata(),
                  listed.getExpiresMillis(),
                  listed.getBytes()));
        }
      }
    } catch (InvalidProtocolBufferException | MalformedRecordException e) {
      throw new GridException("a list of keys is malformed", e);
    }
    List<KeyInfo> page = all.values().stream().limit(limit).toList();
    return new KeyPage(
        page,
        all.size() > limit ? Optional.of(KeyCodec.cursor(page.getLast().key())) : Optional.empty());
  }
}
