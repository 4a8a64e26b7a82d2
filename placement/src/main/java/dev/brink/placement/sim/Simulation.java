package dev.brink.placement.sim;

import dev.brink.placement.LoadReport;
import dev.brink.placement.WarmAdvice;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.function.IntFunction;

/**
 * Runs a workload under a rule: ingresses that choose, a network, nodes with lanes and queues. All
 * in one thread and in virtual time; the same seed gives the same result.
 */
final class Simulation {
  private static final long BEAT_NANOS = 100_000_000L;
  private static final long PING_NANOS = 1_000_000_000L;

  /** How long a request to a dead node hangs until its connection is given up. */
  private static final long GIVE_UP_NANOS = 1_000_000_000L;

  private static final int MAX_TRIES = 3;

  private record Event(long atNanos, long order, Runnable action) implements Comparable<Event> {
    @Override
    public int compareTo(Event other) {
      int byTime = Long.compare(atNanos, other.atNanos);
      return byTime != 0 ? byTime : Long.compare(order, other.order);
    }
  }

  private final Scenario scenario;
  private final List<SimFunction> functions;
  private final SimNetwork network;
  private final List<SimNode> nodes = new ArrayList<>();
  private final List<Rule> rules = new ArrayList<>();
  private final Map<Integer, Truth> truths = new HashMap<>();

  /** The last choice of each ingress for each function; the control group's do not count. */
  private final Map<Long, Integer> lastChosen = new HashMap<>();

  private final PriorityQueue<Event> events = new PriorityQueue<>();
  private final Result result = new Result();
  private final long[] sequences;

  /** Only the last wake asked for counts. */
  private final long[] wakes;

  private long now;
  private long order;
  private long messages;

  /** What an omniscient one knew when a request was placed. */
  private record Truth(long bestNanos, long chosenNanos, boolean nearBest, int clearBest) {
    static final Truth UNKNOWN = new Truth(-1, -1, false, -1);
  }

  private Simulation(Scenario scenario, RttMatrix matrix, List<SimFunction> functions) {
    this.scenario = scenario;
    this.functions = functions;
    this.network = new SimNetwork(matrix, scenario.faults());
    this.sequences = new long[scenario.nodes()];
    this.wakes = new long[scenario.nodes()];
    for (int n = 0; n < scenario.nodes(); n++) {
      nodes.add(new SimNode(n, scenario, functions));
    }
  }

  /** Who makes the rules of a simulation's ingresses. */
  interface Rules {
    /** The rule of an ingress. */
    IntFunction<Rule> in(Simulation simulation, long seed);
  }

  static Result run(Scenario scenario, Rules rules, long seed) {
    var random = new java.util.SplittableRandom(seed);
    RttMatrix matrix = scenario.matrix().sample(scenario.nodes(), random);
    var workload = new Workload(scenario, random.nextLong());
    var simulation = new Simulation(scenario, matrix, workload.functions());
    IntFunction<Rule> maker = rules.in(simulation, random.nextLong());
    for (int n = 0; n < scenario.nodes(); n++) {
      simulation.rules.add(maker.apply(n));
    }
    simulation.run(workload.requests());
    return simulation.result;
  }

  Scenario scenario() {
    return scenario;
  }

  List<Rule> rules() {
    return rules;
  }

  private void run(List<SimRequest> requests) {
    for (int n = 0; n < nodes.size(); n++) {
      int node = n;
      long phase = n * BEAT_NANOS / nodes.size();
      at(phase, () -> beat(node));
      at(phase * PING_NANOS / BEAT_NANOS / 2, () -> ping(node));
    }
    for (Scenario.Fault fault : scenario.faults()) {
      if (fault instanceof Scenario.Fault.Dead dead) {
        at(dead.at().toNanos(), () -> nodes.get(dead.node()).died());
      }
    }
    int next = 0;
    while (next < requests.size()) {
      Event event = events.peek();
      SimRequest request = requests.get(next);
      if (event != null && event.atNanos <= request.atNanos()) {
        events.remove();
        now = event.atNanos;
        event.action.run();
      } else {
        now = request.atNanos();
        next++;
        place(request, Set.of(), false);
      }
    }
    long end = now + 60_000_000_000L;
    while (!events.isEmpty() && truths.size() > 0 && now < end) {
      Event event = events.remove();
      now = event.atNanos;
      event.action.run();
    }
  }

  private void at(long nanos, Runnable action) {
    events.add(new Event(nanos, order++, action));
  }

  private void send(int from, int to, Runnable action) {
    at(now + network.oneWayNanos(from, to, ++messages << 20, now), action);
  }

  // Requests.

  private void place(SimRequest request, Set<Integer> triedBefore, boolean refused) {
    int ingress = request.ingress();
    if (network.dead(ingress, now)) {
      return; // nobody reaches it
    }
    Rule rule = rules.get(ingress);
    rule.reported(ingress, own(ingress), now);
    boolean first = triedBefore.isEmpty();
    int node = first ? rule.choose(request, now) : rule.chooseAgain(request, triedBefore, now);
    if (first) {
      truths.put(request.id(), judged(request) ? truth(request, node) : Truth.UNKNOWN);
    }
    Result.Change change = change(request, node, rule.control(), first);
    int function = request.function().index();
    result.chose(new Result.Chosen(now, ingress, function, node, rule.control(), change));
    Set<Integer> tried = new HashSet<>(triedBefore);
    tried.add(node);
    boolean refusable = !refused && node != ingress && rule.refusable();
    var job = new Job(request, node, now, rule.control(), tried, refusable);
    long oneWay = network.oneWayNanos(ingress, node, request.id(), now);
    job.arriveNanos = now + oneWay;
    nodes.get(node).sent(job);
    rule.sent(job, now);
    at(job.arriveNanos, () -> arrive(job));
    if (network.dead(node, now)) {
      at(now + GIVE_UP_NANOS, () -> giveUp(job));
    } else if (diesMeanwhile(node)) {
      // What a node had when it died is noticed at the same time after that.
      at(deathOf(node) + GIVE_UP_NANOS, () -> giveUp(job));
    }
  }

  private boolean diesMeanwhile(int node) {
    long death = deathOf(node);
    return death >= now;
  }

  private long deathOf(int node) {
    for (Scenario.Fault fault : scenario.faults()) {
      if (fault instanceof Scenario.Fault.Dead dead && dead.node() == node) {
        return dead.at().toNanos();
      }
    }
    return -1;
  }

  private void giveUp(Job job) {
    if (job.done || network.dead(job.request.ingress(), now)) {
      return;
    }
    job.done = true;
    nodes.get(job.node).lost(job);
    rules.get(job.request.ingress()).failed(job, now);
    result.failed();
    if (job.tried.size() < MAX_TRIES) {
      place(job.request, job.tried, true);
    } else {
      truths.remove(job.request.id());
    }
  }

  private void arrive(Job job) {
    if (network.dead(job.node, now)) {
      nodes.get(job.node).lost(job);
      return;
    }
    SimNode node = nodes.get(job.node);
    advance(job.node);
    if (job.refusable && node.busierThanSaid()) {
      refuse(job);
      return;
    }
    node.arrived(job, network.slowness(job.node, now));
    wakeNext(job.node);
  }

  /** It goes back to its ingress, which chooses again: once, and the next node takes it. */
  private void refuse(Job job) {
    nodes.get(job.node).lost(job);
    job.done = true;
    int ingress = job.request.ingress();
    LoadReport report = told(job.node).build();
    long back = network.oneWayNanos(job.node, ingress, job.request.id(), now);
    at(
        now + back,
        () -> {
          if (!network.dead(ingress, now)) {
            Rule rule = rules.get(ingress);
            rule.refused(job, now);
            rule.reported(job.node, report, now);
            result.refused();
            place(job.request, job.tried, true);
          }
        });
  }

  /** A node's own time goes on to now. */
  private void advance(int node) {
    nodes.get(node).advance(network.slowness(node, now), now, this::end);
  }

  /** Has it go on when something happens next. */
  private void wakeNext(int node) {
    double next = nodes.get(node).nextNanos();
    if (next < Double.POSITIVE_INFINITY) {
      long wake = ++wakes[node];
      at(
          Math.max(now, (long) Math.ceil(next)),
          () -> {
            if (wakes[node] == wake) {
              advance(node);
              wakeNext(node);
            }
          });
    }
  }

  private void end(Job job) {
    int ingress = job.request.ingress();
    if (ingress != job.node) {
      rules.get(job.node).served(job, now);
    }
    job.dataNanos = dataNanos(job.request.function(), job.node);
    LoadReport report = told(job.node).build();
    long back = network.oneWayNanos(job.node, ingress, job.request.id(), now);
    at(
        now + job.dataNanos + back,
        () -> {
          if (!job.done && !network.dead(ingress, now)) {
            answer(job, report);
          }
        });
  }

  private void answer(Job job, LoadReport report) {
    job.done = true;
    Rule rule = rules.get(job.request.ingress());
    rule.answered(job, now);
    rule.reported(job.node, report, now);
    Truth truth = truths.remove(job.request.id());
    if (truth != null && job.request.atNanos() >= scenario.warmUpNanos()) {
      long latency = now - job.request.atNanos();
      result.add(
          new Result.Row(
              job.request.atNanos(),
              job.request,
              job.node,
              latency,
              truth.bestNanos,
              truth.chosenNanos,
              truth.nearBest,
              truth.clearBest,
              job.coldNanos > 0));
    }
  }

  private long dataNanos(SimFunction function, int node) {
    int holder = function.dataNode();
    return holder < 0 || holder == node
        ? 0
        : 2 * network.oneWayNanos(node, holder, function.index(), now);
  }

  // What an omniscient one sees.

  /** The latency a request would have on a node if nothing else were sent any more. */
  long trulyNanos(SimRequest request, int node) {
    return trulyNanos(request, node, Long.MAX_VALUE / 2);
  }

  /** The same; any number of at least the limit where it is not below. */
  long trulyNanos(SimRequest request, int node, long limitNanos) {
    if (network.dead(node, now)) {
      return GIVE_UP_NANOS * 10;
    }
    int ingress = request.ingress();
    long there = network.oneWayNanos(ingress, node, request.id(), now);
    double slowness = network.slowness(node, now);
    long back =
        dataNanos(request.function(), node) + network.oneWayNanos(node, ingress, request.id(), now);
    if (there + request.runNanos() * slowness + back >= limitNanos) {
      return limitNanos;
    }
    advance(node);
    double ends =
        nodes
            .get(node)
            .trulyEndsNanos(request, now + there, slowness, (double) now + limitNanos - back);
    return ends == Double.POSITIVE_INFINITY ? limitNanos : (long) ends - now + back;
  }

  /** By lot, and by the same lot under each rule. */
  private boolean judged(SimRequest request) {
    double lot = ((request.id() * 0x9E3779B97F4A7C15L) >>> 11) * 0x1p-53;
    return lot < scenario.judged();
  }

  private Truth truth(SimRequest request, int chosen) {
    long own = trulyNanos(request, chosen);
    long best = own;
    int bestNode = chosen;
    long second = Long.MAX_VALUE / 4;
    for (int n = 0; n < nodes.size(); n++) {
      if (n == chosen) {
        continue;
      }
      // What is worse than this is neither the best nor near it.
      long limit = Math.min(second, near(best) + 1);
      long nanos = trulyNanos(request, n, limit);
      if (nanos < best) {
        second = best;
        best = nanos;
        bestNode = n;
      } else {
        second = Math.min(second, nanos);
      }
    }
    return new Truth(best, own, own <= near(best), second > near(best) ? bestNode : -1);
  }

  /** Up to this is as good as the best. */
  private static long near(long bestNanos) {
    return (long) (bestNanos * 1.05 + 1e6);
  }

  private Result.Change change(SimRequest request, int node, boolean control, boolean first) {
    if (control) {
      return Result.Change.NONE;
    }
    long pair = ((long) request.ingress() << 32) | request.function().index();
    Integer before = lastChosen.put(pair, node);
    if (before == null || before == node) {
      return Result.Change.NONE;
    }
    if (!first) {
      return Result.Change.AGAIN;
    }
    if (!judged(request)) {
      return Result.Change.UNJUDGED;
    }
    double stayed = trulyNanos(request, before);
    double moved = trulyNanos(request, node);
    return stayed > moved * 1.05 + 5e5
        ? Result.Change.NEEDED
        : moved > stayed * 1.05 + 5e5 ? Result.Change.WORSE : Result.Change.EQUAL;
  }

  // Beats, pings and warming.

  private LoadReport.Builder report(int node) {
    advance(node);
    SimNode state = nodes.get(node);
    return LoadReport.builder("n" + node, ++sequences[node])
        .lanes(state.lanes())
        .busy(state.busy())
        .queued(state.queued())
        .overtime(state.beside())
        .waitNanos(state.waitNanos())
        .utilisation(state.utilisation(now))
        .slow(rules.get(node).slow(now));
  }

  /** What a node knows of itself when it chooses. */
  private LoadReport own(int node) {
    return report(node).warm(nodes.get(node).ready()).build();
  }

  /** What a node tells another: on an answer the numbers alone. */
  private LoadReport.Builder told(int node) {
    LoadReport.Builder report = report(node);
    nodes.get(node).told(nodes.get(node).waitNanos());
    return report;
  }

  private void beat(int node) {
    if (!network.dead(node, now)) {
      LoadReport report = told(node).warm(nodes.get(node).warm()).build();
      for (int i = 0; i < nodes.size(); i++) {
        Rule rule = rules.get(i);
        send(node, i, () -> rule.reported(node, report, now));
      }
      rules.get(node).turn(now);
      for (WarmAdvice advice : rules.get(node).advice()) {
        int to = Integer.parseInt(advice.node().substring(1));
        SimFunction function = functions.get(Integer.parseInt(advice.function().substring(1)));
        send(node, to, () -> warm(to, function));
      }
    }
    at(now + BEAT_NANOS, () -> beat(node));
  }

  private void warm(int node, SimFunction function) {
    if (network.dead(node, now)) {
      return;
    }
    advance(node);
    nodes.get(node).warm(function, network.slowness(node, now), now);
    wakeNext(node);
  }

  private void ping(int node) {
    for (int i = 0; i < nodes.size(); i++) {
      int to = i;
      if (to != node && !network.dead(node, now) && !network.dead(to, now)) {
        long there = network.oneWayNanos(node, to, ++messages << 20, now);
        long back = network.oneWayNanos(to, node, ++messages << 20, now);
        at(now + there + back, () -> rules.get(node).pinged(to, there + back, now));
      }
    }
    at(now + PING_NANOS, () -> ping(node));
  }
}
