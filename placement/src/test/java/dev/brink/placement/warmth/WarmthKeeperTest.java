package dev.brink.placement.warmth;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brink.placement.warmth.WarmthAction.Cause;
import dev.brink.placement.warmth.WarmthAction.Evict;
import dev.brink.placement.warmth.WarmthAction.Warm;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class WarmthKeeperTest {
  private static final long BEAT = Duration.ofMillis(500).toNanos();
  private static final long MINUTE = Duration.ofMinutes(1).toNanos();
  private static final long MB = 1_000_000;

  private final Map<String, Fake> node = new HashMap<>();
  private int idleLanes = 4;
  private long now = -MINUTE;

  /** A function whose instances come and go at once. */
  private static final class Fake {
    long calls;
    int inFlight;
    int queued;
    long execNanos = 10_000_000;
    long bytes = MB;
    int lanes;
    int paying;
    final List<WarmthAction> did = new ArrayList<>();

    void call() {
      calls++;
      lanes = Math.max(1, lanes);
    }
  }

  private Fake function(String id) {
    return node.computeIfAbsent(id, _ -> new Fake());
  }

  private void beat(WarmthKeeper keeper) {
    now += BEAT;
    List<FunctionSample> samples =
        node.entrySet().stream().map(each -> sample(each.getKey(), each.getValue())).toList();
    for (WarmthAction action : keeper.beat(now, new NodeSample(4, idleLanes), samples)) {
      Fake of = function(action.id());
      of.lanes = action.lanes();
      of.did.add(action);
    }
  }

  private static FunctionSample sample(String id, Fake of) {
    return new FunctionSample(
        id,
        of.calls,
        of.inFlight,
        of.queued,
        of.execNanos,
        5_000_000,
        of.bytes,
        of.lanes,
        of.paying);
  }

  private void pass(WarmthKeeper keeper, long nanos) {
    for (long end = now + nanos; now < end; ) {
      beat(keeper);
    }
  }

  private static WarmthKeeper keeper(WarmthPolicyKind kind) {
    return new WarmthKeeper(KeeperSettings.builder().policy(kind, false).build());
  }

  @Test
  void anIdleFunctionIsKeptForItsWindowAndThenLetGo() {
    var keeper = keeper(WarmthPolicyKind.FIXED_WINDOW);
    Fake hello = function("hello");
    hello.call();
    beat(keeper);
    pass(keeper, 9 * MINUTE);
    assertThat(hello.did).isEmpty();
    pass(keeper, 2 * MINUTE);
    assertThat(hello.did).containsExactly(new Evict("hello", 0, Cause.IDLE));
  }

  @Test
  void aPeriodicCallerFindsItWarmAgain() {
    var keeper = keeper(WarmthPolicyKind.LEARNED_COST);
    Fake report = function("report");
    report.bytes = 20 * MB;
    for (int i = 0; i < 12; i++) {
      report.call();
      beat(keeper);
      pass(keeper, 20 * MINUTE - BEAT);
    }
    assertThat(report.lanes).isOne();
    assertThat(report.did)
        .contains(new Evict("report", 0, Cause.IDLE))
        .contains(new Warm("report", 1));
  }

  /** Short calls that begin on many lanes: by run time one would do. */
  @Test
  void lanesThatPayForTheirInstancesKeepThem() {
    var keeper = keeper(WarmthPolicyKind.FIXED_WINDOW);
    Fake quick = function("quick");
    quick.lanes = 4;
    quick.paying = 3;
    quick.execNanos = 10_000;
    for (int i = 0; i < 400; i++) {
      quick.call();
      beat(keeper);
    }
    assertThat(quick.did).containsExactly(new Evict("quick", 3, Cause.SURPLUS));
    quick.paying = 0;
    quick.call();
    beat(keeper);
    assertThat(quick.did).last().isEqualTo(new Evict("quick", 1, Cause.SURPLUS));
  }

  /** Idle ones go as before, and those that memory is wanted of. */
  @Test
  void whatPaysGoesWhenItIsIdle() {
    var keeper = keeper(WarmthPolicyKind.FIXED_WINDOW);
    Fake quick = function("quick");
    quick.call();
    quick.paying = 1;
    beat(keeper);
    pass(keeper, 11 * MINUTE);
    assertThat(quick.did).containsExactly(new Evict("quick", 0, Cause.IDLE));
  }

  @Test
  void aBusyFunctionGetsLanesAndGivesThemBackAfterAMinute() {
    var keeper = keeper(WarmthPolicyKind.FIXED_WINDOW);
    Fake busy = function("busy");
    pass(keeper, MINUTE); // so that there is a budget
    for (int i = 0; i < 20; i++) {
      busy.call();
      busy.inFlight = 30;
      busy.queued = 30;
      beat(keeper);
    }
    assertThat(busy.lanes).isEqualTo(3); // 30 x 10 ms / 100 ms
    busy.inFlight = 0;
    busy.queued = 0;
    pass(keeper, MINUTE / 2);
    assertThat(busy.lanes).isEqualTo(3);
    pass(keeper, MINUTE);
    assertThat(busy.lanes).isOne();
    assertThat(busy.did).last().isEqualTo(new Evict("busy", 1, Cause.SURPLUS));
  }

  @Test
  void nothingIsWarmedOnBusyLanes() {
    var keeper = keeper(WarmthPolicyKind.FIXED_WINDOW);
    idleLanes = 0;
    Fake busy = function("busy");
    pass(keeper, MINUTE);
    for (int i = 0; i < 20; i++) {
      busy.call();
      busy.inFlight = 30;
      busy.queued = 30;
      beat(keeper);
    }
    assertThat(busy.did).isEmpty();
  }

  @Test
  void memoryPressureEvictsWhatIsLargeAndSeldomUsed() {
    var keeper =
        new WarmthKeeper(
            KeeperSettings.builder()
                .policy(WarmthPolicyKind.FIXED_WINDOW, false)
                .memoryBytes(10 * MB)
                .build());
    for (int i = 0; i < 9; i++) {
      function("small" + i).call();
    }
    function("large").bytes = 8 * MB;
    function("large").call();
    beat(keeper);
    assertThat(function("large").did).containsExactly(new Evict("large", 0, Cause.MEMORY));
    pass(keeper, MINUTE);
    assertThat(function("large").lanes).isZero();
    for (int i = 0; i < 9; i++) {
      assertThat(function("small" + i).did).isEmpty();
    }
  }

  @Test
  void whatOthersWarmedIsKeptLikeAfterACall() {
    var keeper = keeper(WarmthPolicyKind.FIXED_WINDOW);
    Fake hello = function("hello");
    hello.lanes = 1;
    pass(keeper, 11 * MINUTE);
    assertThat(hello.lanes).isZero();
    hello.lanes = 1;
    pass(keeper, 9 * MINUTE);
    assertThat(hello.lanes).isOne();
    pass(keeper, 2 * MINUTE);
    assertThat(hello.lanes).isZero();
  }

  @Test
  void thePolicyThatCostsLessTakesOver() {
    var keeper =
        new WarmthKeeper(
            KeeperSettings.builder().policy(WarmthPolicyKind.FIXED_WINDOW, true).build());
    for (int i = 0; i < 8; i++) {
      function("clock" + i).bytes = 20 * MB;
    }
    for (int i = 0; i < 40; i++) {
      node.values().forEach(Fake::call);
      beat(keeper);
      pass(keeper, 20 * MINUTE - BEAT);
    }
    PolicyStandings standings = keeper.standings();
    assertThat(standings.times()).isEqualTo(8 * 39);
    assertThat(standings.active()).isEqualTo(WarmthPolicyKind.LEARNED_COST);
    assertThat(standings.switches()).isOne();
    assertThat(standings.regret(WarmthPolicyKind.LEARNED_COST)).isZero();
    assertThat(standings.regret(WarmthPolicyKind.FIXED_WINDOW)).isPositive();
  }

  @Test
  void aFunctionThatIsGoneIsForgotten() {
    var keeper = keeper(WarmthPolicyKind.FIXED_WINDOW);
    function("hello").call();
    beat(keeper);
    node.clear();
    beat(keeper);
    function("hello").lanes = 1;
    pass(keeper, 9 * MINUTE);
    assertThat(function("hello").did).isEmpty();
    pass(keeper, 2 * MINUTE);
    assertThat(function("hello").lanes).isZero();
  }

  /** A function called once: no call ends its idle time, and its memory is held all the same. */
  @Test
  void whatIsHeldForACallThatNeverComesIsCharged() {
    var keeper = keeper(WarmthPolicyKind.LEARNED_COST);
    Fake once = function("once");
    once.bytes = 100 * MB;
    once.call();
    beat(keeper);
    pass(keeper, 5 * MINUTE);
    assertThat(keeper.standings().cost(WarmthPolicyKind.FIXED_WINDOW))
        .isBetween(29_000.0, 30_000.0);
    pass(keeper, 10 * MINUTE);
    assertThat(keeper.standings().cost(WarmthPolicyKind.FIXED_WINDOW))
        .isBetween(59_900.0, 60_100.0);
    pass(keeper, 5 * 60 * MINUTE);
    assertThat(keeper.standings().regret(WarmthPolicyKind.HYBRID_HISTOGRAM))
        .as("it holds for four hours")
        .isGreaterThan(1_000_000);
    assertThat(keeper.standings().times()).isZero();
  }

  @Test
  void whatIsUndeployedIsChargedForItsLastTime() {
    var keeper = keeper(WarmthPolicyKind.LEARNED_COST);
    Fake gone = function("gone");
    gone.bytes = 100 * MB;
    gone.call();
    beat(keeper);
    beat(keeper);
    node.clear();
    now += 5 * MINUTE - 2 * BEAT;
    beat(keeper);
    assertThat(keeper.standings().cost(WarmthPolicyKind.FIXED_WINDOW)).isEqualTo(30_000);
  }

  /** Hours between a deploy and the first call say nothing of the time between calls. */
  @Test
  void theTimeFromLoadingToTheFirstCallIsNoGapBetweenCalls() {
    var keeper = keeper(WarmthPolicyKind.LEARNED_COST);
    function("late");
    pass(keeper, 5 * 60 * MINUTE);
    for (String id : List.of("late", "fresh")) {
      function(id).call();
    }
    int compared = 0;
    for (int i = 0; i < 8 * 60; i++) {
      pass(keeper, MINUTE);
      assertThat(function("late").lanes).as("minute %s", i).isEqualTo(function("fresh").lanes);
      compared += function("fresh").lanes;
    }
    assertThat(compared).as("minutes held").isBetween(1, 8 * 60 - 1);
  }

  @Test
  void aWishIsMetOnAnIdleLaneAndKeptLikeAfterACall() {
    var keeper = keeper(WarmthPolicyKind.FIXED_WINDOW);
    function("wished");
    pass(keeper, 11 * MINUTE);
    function("wished").lanes = 0;
    function("wished").did.clear();
    keeper.wish("wished", now);
    beat(keeper);
    assertThat(function("wished").did).containsExactly(new Warm("wished", 1));
    pass(keeper, 9 * MINUTE);
    assertThat(function("wished").lanes).isOne();
    pass(keeper, 2 * MINUTE);
    assertThat(function("wished").lanes).isZero();
    assertThat(keeper.wishesMet()).isOne();
    assertThat(keeper.wishesRefused()).isZero();
  }

  @Test
  void aWishIsRefusedWhereLanesAreBusyOrNothingMayBeSpent() {
    var broke =
        new WarmthKeeper(
            KeeperSettings.builder()
                .policy(WarmthPolicyKind.FIXED_WINDOW, false)
                .warmingShare(0)
                .build());
    for (WarmthKeeper keeper : List.of(keeper(WarmthPolicyKind.FIXED_WINDOW), broke)) {
      idleLanes = keeper == broke ? 4 : 0;
      function("wished").lanes = 0;
      pass(keeper, 11 * MINUTE);
      function("wished").did.clear();
      keeper.wish("wished", now);
      pass(keeper, 6 * MINUTE / 60);
      assertThat(function("wished").did).isEmpty();
      assertThat(keeper.wishesMet()).isZero();
      assertThat(keeper.wishesRefused()).isOne();
    }
  }

  @Test
  void manyWishesWaitForLanesAndWhatIsWarmIsNotMadeAgain() {
    var keeper = keeper(WarmthPolicyKind.FIXED_WINDOW);
    for (int i = 0; i < 10; i++) {
      function("f" + i);
    }
    pass(keeper, 11 * MINUTE);
    for (int i = 0; i < 10; i++) {
      function("f" + i).lanes = i == 0 ? 1 : 0;
      function("f" + i).did.clear();
      keeper.wish("f" + i, now);
    }
    beat(keeper);
    assertThat(node.values().stream().mapToInt(f -> f.did.size()).sum()).isEqualTo(4);
    pass(keeper, 5 * BEAT);
    assertThat(node.values().stream().mapToInt(f -> f.did.size()).sum()).isEqualTo(9);
    assertThat(keeper.wishesMet()).isEqualTo(9);
  }
}
