package dev.brink.placement;

import static dev.brink.placement.TestMesh.F;
import static dev.brink.placement.TestMesh.REQUEST;
import static dev.brink.placement.TestMesh.ms;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Plans are made beside the requests, for the functions that are in use. */
class PlannerTest {
  private static final int NODES = 200;
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private final Placement placement =
      Placement.create(NodeInfo.of("n0"), PlacementSettings.builder().controlShare(0).build());
  private int reports;

  private void mesh(int nodes) {
    for (int n = 1; n < nodes; n++) {
      placement.nodeUp(NodeInfo.of("n" + n));
      placement.rtt("n" + n, ms(n), 0);
    }
    tell(nodes, -1, 0);
  }

  /** All are busy, and one of them has the function warm. */
  private void tell(int nodes, int warm, long now) {
    reports++;
    for (int n = 0; n < nodes; n++) {
      var report = LoadReport.builder("n" + n, reports).waitNanos(ms(400));
      placement.report(report.warm(n == warm ? Set.of(F) : Set.of()).build(), now);
    }
  }

  private long allocatedBy(PlacementRequest request, long now) {
    long before = THREADS.getCurrentThreadAllocatedBytes();
    placement.choose(request, now);
    return THREADS.getCurrentThreadAllocatedBytes() - before;
  }

  @Test
  void requestsOfAFunctionThatIsCalledSeldomMakeNoPlan() {
    mesh(NODES);
    PlacementRequest hinted =
        PlacementRequest.of("hinted")
            .hints(Hints.builder().forbidden(List.of(NodeSelector.of("node", "n7"))).build());
    PlacementRequest reader = PlacementRequest.of("reader");
    placement.choose(reader, 0);
    placement.dataRead("reader", Map.of("one.example", 1, "two.example", 2));
    List<PlacementRequest> requests = List.of(REQUEST, hinted, reader);
    long allocated = 0;
    for (int turn = 0; turn < 2_000; turn++) {
      long now = ms(100) * turn;
      placement.distance("n" + turn % NODES, "one.example", ms(turn % 50));
      tell(NODES, -1, now);
      placement.turn(now);
      boolean due = turn % 50 == 0 || turn < 50;
      for (PlacementRequest request : requests) {
        long took = due ? allocatedBy(request, now) : 0;
        allocated += turn < 200 ? 0 : took; // loads classes at first
      }
    }
    assertThat(allocated).isZero();
  }

  @Test
  void aFunctionsPlanIsYoungerThanAQuarterOfTheTimeSinceItsLastRequest() {
    mesh(NODES);
    placement.choose(REQUEST, 0);
    placement.learn(new FunctionSample(F, 0, 0, 0, 0, 0, 1, ms(900), 0));
    for (int turn = 1; turn < 80; turn++) {
      tell(NODES, turn < 55 ? -1 : 150, ms(100) * turn);
      placement.turn(ms(100) * turn);
    }
    assertThat(placement.choose(REQUEST, ms(8_000)).node())
        .as("warm for the last two and a half seconds of eight")
        .isEqualTo("n150");
  }

  @Test
  void theFirstRequestAfterALongTimeMakesOne() {
    mesh(NODES);
    placement.choose(REQUEST, 0);
    placement.learn(new FunctionSample(F, 0, 0, 0, 0, 0, 1, ms(900), 0));
    tell(NODES, 150, ms(40_000));
    assertThat(placement.choose(REQUEST, ms(40_000)).node()).isEqualTo("n150");
  }

  private static Topology topology(int nodes) {
    PlacementSettings settings = PlacementSettings.defaults();
    Topology topology = Topology.of(new NodeState(NodeInfo.of("n0"), true, settings));
    for (int n = 1; n < nodes; n++) {
      topology = topology.with(new NodeState(NodeInfo.of("n" + n), false, settings));
    }
    return topology;
  }

  private static List<FunctionStats> asked(Planner planner, Topology topology, int functions) {
    var asked = new ArrayList<FunctionStats>();
    for (int f = 0; f < functions; f++) {
      var stats = new FunctionStats("f" + f, f, new MeanEstimate());
      planner.plan(topology, stats, Hints.none(), 0);
      asked.add(stats);
    }
    return asked;
  }

  private static Plan planOf(FunctionStats stats) {
    return requireNonNull(stats.plan());
  }

  private static long madeAt(List<FunctionStats> functions, long now) {
    return functions.stream().filter(stats -> planOf(stats).madeAtNanos == now).count();
  }

  /** Else the request would look at how far all nodes are from the data. */
  @Test
  void theRequestAfterALongTimeTakesTheNodesNearestToItsDataAsTheyWere() {
    var distances = new Distances(ms(50));
    var planner = new Planner(distances);
    Topology topology = topology(256);
    NodeState[] all = topology.nodes();
    var stats = new FunctionStats("reader", 0, new MeanEstimate());
    stats.data.called(Map.of("one.example", 1, "two.example", 1));
    NodeState near = all[200];
    NodeState later = all[201];
    distances.rtt(near.info.id(), "one.example", ms(1));
    Plan first = planner.plan(topology, stats, Hints.none(), 0);
    assertThat(first.looks).isEqualTo(256 * 3);
    assertThat(first.nodes()).contains(near).doesNotContain(later);

    distances.rtt(near.info.id(), "one.example", ms(2));
    distances.rtt(later.info.id(), "one.example", ms(1));
    Plan hasty = planner.plan(topology, stats, Hints.none(), ms(30_000));
    assertThat(hasty).isNotSameAs(first);
    assertThat(hasty.looks).isLessThanOrEqualTo(256 + 49 * 2);
    assertThat(hasty.nodes()).contains(near).doesNotContain(later);
    assertThat(hasty.dataNanos(hasty.placeOf(near))).as("as it is").isEqualTo(ms(52));

    assertThat(planner.plan(topology, stats, Hints.none(), ms(60_000)).nodes())
        .as("no turn came")
        .contains(near, later);
    stats.plan(hasty);
    planner.turn(topology, ms(60_100));
    assertThat(planOf(stats).nodes()).as("seen by the turn that follows").contains(near, later);
  }

  @Test
  void aTurnsWorkIsBoundedAndAllGetTheirTurn() {
    var planner = new Planner(new Distances(0));
    Topology topology = topology(100);
    List<FunctionStats> functions = asked(planner, topology, 2_000);
    long young = 0;
    for (int turn = 1; turn <= 10; turn++) {
      long now = ms(100) * turn;
      functions.forEach(stats -> stats.planUsed(now));
      planner.turn(topology, now);
      assertThat(madeAt(functions, now)).isBetween(1L, (1L << 15) / 100 + 1);
      young += madeAt(functions, now);
    }
    assertThat(young).isGreaterThan(2_000);
    assertThat(madeAt(functions, 0)).isZero();
  }

  @Test
  void aTurnsWorkIsBoundedWhereFunctionsAreToBeNearManyNodes() {
    PlacementSettings settings = PlacementSettings.defaults();
    Topology topology = topology(1);
    for (int n = 1; n < 200; n++) {
      NodeInfo info = NodeInfo.builder("n" + n).labels(Map.of("region", "eu")).build();
      topology = topology.with(new NodeState(info, false, settings));
    }
    Hints near = Hints.builder().near(new Near.Nodes(NodeSelector.of("region", "eu"))).build();
    var planner = new Planner(new Distances(0));
    var functions = new ArrayList<FunctionStats>();
    for (int f = 0; f < 50; f++) {
      var stats = new FunctionStats("f" + f, f, new MeanEstimate());
      planner.plan(topology, stats, near, 0);
      functions.add(stats);
    }
    planner.turn(topology, ms(100));
    assertThat(madeAt(functions, ms(100))).as("of 200 x 199 distances each").isEqualTo(1);
    planner.turn(topology, ms(200));
    assertThat(madeAt(functions, 0)).as("the others follow").isEqualTo(48);
  }

  @Test
  void functionsThatNobodyCallsTakeNoWork() {
    var planner = new Planner(new Distances(0));
    Topology topology = topology(100);
    List<FunctionStats> functions = asked(planner, topology, 20);
    int made = 0;
    for (int turn = 1; turn <= 600; turn++) {
      long now = ms(100) * turn;
      planner.turn(topology, now);
      made += (int) madeAt(functions, now);
    }
    assertThat(made).as("of 20 functions with one request each").isBetween(20 * 10, 20 * 40);
    Plan last = planOf(functions.getFirst());
    assertThat(last.madeAtNanos).isLessThan(ms(20_001));
    planner.plan(topology, functions.getFirst(), Hints.none(), ms(60_000));
    planner.turn(topology, ms(60_200));
    assertThat(madeAt(functions, ms(60_200))).as("in use again").isEqualTo(1);
  }

  /** Its plan is young enough for the request, as turns have made it until just now. */
  @Test
  void aPlanThatIsUsedAgainIsKeptUpAgain() {
    var planner = new Planner(new Distances(0));
    Topology topology = topology(100);
    List<FunctionStats> functions = asked(planner, topology, 1);
    for (int turn = 1; turn <= 201; turn++) {
      planner.turn(topology, ms(100) * turn);
    }
    Plan last = planOf(functions.getFirst());
    assertThat(planner.plan(topology, functions.getFirst(), Hints.none(), ms(20_200)))
        .isSameAs(last);
    planner.turn(topology, ms(20_300));
    assertThat(madeAt(functions, ms(20_300))).isEqualTo(1);
  }

  @Test
  void whatWaitsForATurnHasABound() {
    var planner = new Planner(new Distances(0));
    Topology topology = topology(70);
    List<FunctionStats> functions = asked(planner, topology, 6_000);
    assertThat(planner.waiting()).as("of 6,000").isEqualTo(1 << 12);
    planner.turn(topology, 0);
    assertThat(planner.waiting()).isZero();
    FunctionStats last = functions.getLast();
    planner.plan(topology, last, Hints.none(), ms(100));
    assertThat(planner.waiting()).as("used again").isEqualTo(1);
  }

  @Test
  void aNodeThatLeavesTakesOnlyThePlansThatItIsPartOf() {
    for (int n = 1; n < NODES; n++) {
      placement.nodeUp(
          NodeInfo.builder("n" + n).labels(Map.of("region", n < 10 ? "eu" : "us")).build());
      placement.rtt("n" + n, ms(n), 0);
    }
    tell(NODES, -1, 0);
    PlacementRequest eu =
        PlacementRequest.of("eu")
            .hints(Hints.builder().allowed(List.of(NodeSelector.of("region", "eu"))).build());
    List<PlacementRequest> requests = List.of(REQUEST, eu);
    for (int i = 0; i < 200; i++) {
      requests.forEach(request -> allocatedBy(request, 0)); // loads classes at first
    }
    placement.nodeDown("unknown", 0);
    placement.nodeDown("n190", 0);
    for (PlacementRequest request : requests) {
      assertThat(allocatedBy(request, 0)).as(request.function()).isZero();
    }
    placement.nodeDown("n3", 0);
    for (PlacementRequest request : requests) {
      assertThat(allocatedBy(request, 0)).as(request.function()).isPositive();
      assertThat(placement.explain(request, 0).candidates())
          .extracting(Candidate::node)
          .doesNotContain("n3", "n190");
    }
  }

  @Test
  void aPlanThatGoesOnWithoutANodeHasItNowhere() {
    var planner = new Planner(new Distances(0));
    Topology topology = topology(100);
    Plan plan = planOf(asked(planner, topology, 1).getFirst());
    for (NodeState gone : topology.nodes()) {
      Topology smaller = topology.without(gone.info.id());
      Plan left = plan.without(gone, topology, smaller);
      if (gone.local) {
        assertThat(left).as("it stays").isSameAs(plan);
      } else if (plan.placeOf(gone) >= 0) {
        assertThat(left).isNull();
      } else {
        assertThat(requireNonNull(left).isOf(smaller, Hints.none())).isTrue();
        assertThat(left.nodes()).isEqualTo(plan.nodes());
        assertThat(left.permitted()).hasSize(99).doesNotContain(gone);
        assertThat(requireNonNull(left.widened()).nodes()).doesNotContain(gone);
        assertThat(requireNonNull(left.unpicked()).nodes()).doesNotContain(gone);
      }
    }
    assertThat(plan.without(null, topology.without("n5"), topology)).as("of others").isNull();
  }

  @Test
  void plansOfNodesThatAreNoMoreAreMadeAnew() {
    var planner = new Planner(new Distances(0));
    Topology topology = topology(100);
    List<FunctionStats> functions = asked(planner, topology, 1);
    Topology smaller = topology.without("n5");
    planner.turn(smaller, ms(1));
    assertThat(planOf(functions.getFirst()).isOf(smaller, Hints.none())).isTrue();
    Plan asked = planner.plan(topology, functions.getFirst(), Hints.none(), ms(2));
    assertThat(asked.isOf(topology, Hints.none())).isTrue();
  }
}
