package dev.brink.grid;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.brink.grid.GridUnavailableException.Reason;
import dev.brink.grid.wire.ListAnswer;
import dev.brink.grid.wire.ListQuestion;
import dev.brink.grid.wire.ListedKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Lists keys: each member lists those it is the primary of, the first of all of them are the page.
 * While members come and go, they learn one after the other which partitions have moved: they are
 * asked again until by one view of that, which nobody is ahead of, every partition was listed.
 */
final class KeyLister {
  private static final Duration FIRST_PAUSE = Duration.ofMillis(5);
  private static final Duration MOST_PAUSE = Duration.ofMillis(200);

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
    ListQuestion.Builder question =
        ListQuestion.newBuilder()
            .setCache(caches.records().getName())
            .setPrefix(namespace + prefix)
            .setAfter(cursor.map(key -> namespace + KeyCodec.fromCursor(key)).orElse(""))
            .setLimit(limit + 1)
            .setNowMillis(nowMillis);
    Backoff pauses = new Backoff(FIRST_PAUSE, MOST_PAUSE, ThreadLocalRandom.current());
    while (true) {
      if (!caches.records().lostPartitions().isEmpty()) {
        throw KeyValueCalls.unavailable(
            Reason.MINORITY, "too few of the members that hold the keys", null);
      }
      List<ListAnswer> answers =
          ask(caches, question.setView(KeyListTask.view(caches.ignite())).build(), deadline);
      if (whole(answers)) {
        return merged(answers, namespace, limit);
      }
      KeyValueCalls.pauseOrGiveUp(
          "members came and went while the keys were listed", deadline, pauses.next(), null);
    }
  }

  private static List<ListAnswer> ask(
      StoreCaches caches, ListQuestion question, Deadline deadline) {
    List<ListAnswer> answers = new ArrayList<>();
    try {
      for (byte[] answer :
          caches
              .ignite()
              .compute(caches.ignite().cluster().forServers())
              .withTimeout(deadline.leftMillis())
              .broadcast(new KeyListTask(question.toByteArray()))) {
        answers.add(ListAnswer.parseFrom(answer));
      }
    } catch (InvalidProtocolBufferException e) {
      throw new GridException("a list of keys is malformed", e);
    }
    return answers;
  }

  /**
   * Whether every partition was listed, and no member has a later view: one that has may be the
   * primary of what was written since.
   */
  private static boolean whole(List<ListAnswer> answers) {
    BitSet listed = new BitSet();
    for (ListAnswer answer : answers) {
      if (!answer.hasPartitions()) {
        return false;
      }
      listed.or(BitSet.valueOf(answer.getPartitions().toByteArray()));
    }
    return listed.cardinality() == KeyValueCaches.affinity().partitions();
  }

  private static KeyPage merged(List<ListAnswer> answers, String namespace, int limit) {
    TreeMap<String, KeyInfo> all = new TreeMap<>(KeyCodec.ORDER);
    try {
      for (ListAnswer answer : answers) {
        for (ListedKey listed : answer.getKeysList()) {
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
    } catch (MalformedRecordException e) {
      throw new GridException("a list of keys is malformed", e);
    }
    List<KeyInfo> page = all.values().stream().limit(limit).toList();
    return new KeyPage(
        page,
        all.size() > limit ? Optional.of(KeyCodec.cursor(page.getLast().key())) : Optional.empty());
  }
}
