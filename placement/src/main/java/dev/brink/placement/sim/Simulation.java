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
  private long now;
  private long order;
  private long messages;

  /** What an omniscient one knew when a request was placed. */
  private record Truth(long bestNanos, long chosenNanos, boolean nearBest) {}

  private Simulation(Scenario scenario, RttMatrix matrix, List<SimFunction> functions) {
    this.scenario = scenario;
    this.functions = functions;
    this.network = new SimNetwork(matrix, scenario.faults());
    this.sequences = new long[scenario.nodes()];
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
    rule.reported(ingress, report(ingress).build(), now); // a node knows its own lanes
    boolean first = triedBefore.isEmpty();
    int node = first ? rule.choose(request, now) : rule.chooseAgain(request, triedBefore, now);
    if (first) {
      truths.put(request.id(), truth(request, node));
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
    if (job.refusable && node.busierThanSaid(now)) {
      refuse(job);
      return;
    }
    node.arrived(job);
    start(job.node);
  }

  /** It goes back to its ingress, which chooses again: once, and the next node takes it. */
  private void refuse(Job job) {
    nodes.get(job.node).lost(job);
    job.done = true;
    int ingress = job.request.ingress();
    LoadReport report = told(job.node);
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

  private void start(int node) {
    double slowness = network.slowness(node, now);
    for (Job job = nodes.get(node).startNext(slowness, now);
        job != null;
        job = nodes.get(node).startNext(slowness, now)) {
      Job started = job;
      at(job.endNanos, () -> end(started));
    }
  }

  private void end(Job job) {
    if (network.dead(job.node, now)
        || (deathOf(job.node) >= job.startNanos && deathOf(job.node) <= now)) {
      return;
    }
    SimNode node = nodes.get(job.node);
    node.ended(job, now);
    start(job.node);
    int ingress = job.request.ingress();
    if (ingress != job.node) {
      rules.get(job.node).served(job, now);
    }
    job.dataNanos = dataNanos(job.request.function(), job.node);
    LoadReport report = told(job.node);
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
    if (network.dead(node, now)) {
      return GIVE_UP_NANOS * 10;
    }
    int ingress = request.ingress();
    long there = network.oneWayNanos(ingress, node, request.id(), now);
    double slowness = network.slowness(node, now);
    long before = nodes.get(node).trulyBeforeRunNanos(request.function(), now + there, slowness);
    long back = network.oneWayNanos(node, ingress, request.id(), now);
    return there
        + before
        + (long) (request.runNanos() * slowness)
        + dataNanos(request.function(), node)
        + back;
  }

  private Truth truth(SimRequest request, int chosen) {
    long best = Long.MAX_VALUE;
    for (int n = 0; n < nodes.size(); n++) {
      best = Math.min(best, trulyNanos(request, n));
    }
    long own = trulyNanos(request, chosen);
    return new Truth(best, own, own <= best * 1.05 + 1e6);
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
    double stayed = trulyNanos(request, before);
    double moved = trulyNanos(request, node);
    return stayed > moved * 1.05 + 5e5
        ? Result.Change.NEEDED
        : moved > stayed * 1.05 + 5e5 ? Result.Change.WORSE : Result.Change.EQUAL;
  }

  // Beats, pings and warming.

  private LoadReport.Builder report(int node) {
    SimNode state = nodes.get(node);
    return LoadReport.builder("n" + node, ++sequences[node])
        .lanes(state.lanes())
        .busy(state.busy())
        .queued(state.queued())
        .waitNanos(state.waitNanos(now))
        .utilisation(state.utilisation(now))
        .slow(rules.get(node).slow(now));
  }

  /** What a node tells another. */
  private LoadReport told(int node) {
    LoadReport report = report(node).warm(nodes.get(node).warm(now)).build();
    nodes.get(node).told(report.waitNanos());
    return report;
  }

  private void beat(int node) {
    if (!network.dead(node, now)) {
      LoadReport report = told(node);
      for (int i = 0; i < nodes.size(); i++) {
        Rule rule = rules.get(i);
        send(node, i, () -> rule.reported(node, report, now));
      }
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
    long takes = nodes.get(node).warm(function, network.slowness(node, now), now);
    if (takes > 0) {
      at(
          now + takes,
          () -> {
            nodes.get(node).warmed(now);
            start(node);
          });
    }
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
