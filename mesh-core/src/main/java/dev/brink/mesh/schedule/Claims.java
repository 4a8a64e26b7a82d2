package dev.brink.mesh.schedule;

import dev.brink.grid.Grid;
import dev.brink.grid.KeyValue;
import dev.brink.grid.Member;
import dev.brink.grid.Namespace;
import dev.brink.grid.WriteOptions;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;

/**
 * Who runs a tick: the first node that writes its name under the tick's key, which the grid lets
 * only one do. Whose turn it is to try first follows from the key (rendezvous hashing), so that
 * ticks are spread over the nodes. Thread-safe.
 */
final class Claims {
  /** No tenant is called so. */
  private static final String TENANT = "_mesh";

  /** Longer than clocks of nodes may differ. */
  private static final Duration KEPT = Duration.ofHours(6);

  private final Grid grid;
  private final KeyValue claims;

  Claims(Grid grid) {
    this.grid = grid;
    this.claims = grid.keyValue(Namespace.of(TENANT, "ticks"));
  }

  /** How many nodes should try before this one. */
  int turn(String key) {
    List<Member> order = order(key);
    int turn = 0;
    while (turn < order.size() && !order.get(turn).self()) {
      turn++;
    }
    return turn;
  }

  /**
   * Whether this node is the first of those that try: the one that tells of what none could claim.
   *
   * @param others whether another one tries, by its id
   */
  boolean isFirst(String key, Predicate<String> others) {
    return order(key).stream()
        .filter(member -> member.self() || others.test(member.id().toString()))
        .findFirst()
        .map(Member::self)
        .orElse(true);
  }

  private List<Member> order(String key) {
    return grid.membership().members().stream()
        .sorted(Comparator.comparingInt(member -> hash(member, key)))
        .toList();
  }

  private static int hash(Member member, String key) {
    int mixed = (member.id() + key).hashCode() * 0x9e3779b9;
    return mixed ^ (mixed >>> 15);
  }

  /** Completes with whether the tick is this node's. */
  CompletionStage<Boolean> claim(String key) {
    byte[] name = grid.self().name().getBytes(StandardCharsets.UTF_8);
    return claims
        .compareAndSet(key, Optional.empty(), name, WriteOptions.none().expiringAfter(KEPT))
        .thenApply(Optional::isPresent);
  }
}
