package dev.brink.placement.sim.origin;

import dev.brink.placement.origin.BalancingPolicy;
import dev.brink.placement.origin.HealthSettings;
import dev.brink.placement.origin.OriginPool;
import dev.brink.placement.origin.OriginSlot;
import dev.brink.placement.origin.OriginSpec;
import dev.brink.placement.origin.Outcome;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * Sends requests of a thousand clients, the busier ones by a power law, through an {@link
 * OriginPool} to simulated origins. The first fifth is not judged.
 */
final class OriginSimulation {
  private static final int CLIENTS = 1_000;
  private static final double MILLI = 1e6;

  private final OriginPool pool;
  private final SplittableRandom random;
  private final Map<OriginSlot, Server> servers = new HashMap<>();
  private final PriorityQueue<Event> events =
      new PriorityQueue<>(Comparator.comparingDouble(Event::millis));
  private final double perMilli;
  private final int requests;
  private final double[] latencies;
  private int answered;
  private long failed;
  private int sent;
  private double clock;

  private record Event(double millis, Runnable what) {}

  private record Request(double sentMillis, OriginSlot slot, boolean judged) {}

  /**
   * One run.
   *
   * @param load the share of what all origins together can do
   */
  OriginSimulation(
      BalancingPolicy policy, List<SimulatedOrigin> origins, double load, int requests, long seed) {
    this.requests = requests;
    this.latencies = new double[requests];
    this.random = new SplittableRandom(seed);
    this.perMilli = load * origins.stream().mapToDouble(SimulatedOrigin::perMilli).sum();
    List<OriginSpec> specs = origins.stream().map(each -> OriginSpec.of(each.id())).toList();
    this.pool = OriginPool.create("simulated", specs, policy, HealthSettings.defaults());
    for (int i = 0; i < origins.size(); i++) {
      OriginSlot slot = pool.slots().get(i);
      servers.put(slot, new Server(origins.get(i)));
      pool.roundTrip(slot, (long) (origins.get(i).rttMillis() * MILLI));
    }
  }

  OriginScore run() {
    at(exponential(1 / perMilli), this::arrive);
    while (!events.isEmpty()) {
      Event next = events.remove();
      clock = next.millis;
      next.what.run();
    }
    return OriginScore.of(latencies, answered, failed);
  }

  private void at(double millis, Runnable what) {
    events.add(new Event(millis, what));
  }

  private void arrive() {
    int client = (int) (CLIENTS * Math.pow(random.nextDouble(), 3));
    OriginSlot slot = pool.pick(nanos(), OriginPool.key("client-" + client), Set.of());
    if (slot == null) {
      throw new IllegalStateException("nothing picked");
    }
    pool.started(slot);
    var request = new Request(clock, slot, sent >= requests / 5);
    Server server = server(slot);
    at(clock + server.origin.rttMillis() / 2, () -> server.arrived(request));
    if (++sent < requests) {
      at(clock + exponential(1 / perMilli), this::arrive);
    }
  }

  private void finished(Request request, boolean good) {
    double latency = clock - request.sentMillis;
    pool.finished(
        request.slot, good ? Outcome.SUCCESS : Outcome.FAILURE, (long) (latency * MILLI), nanos());
    if (request.judged && good) {
      latencies[answered++] = latency;
    } else if (request.judged) {
      failed++;
    }
  }

  private Server server(OriginSlot slot) {
    Server server = servers.get(slot);
    if (server == null) {
      throw new IllegalStateException("no server for " + slot);
    }
    return server;
  }

  private long nanos() {
    return (long) (clock * MILLI);
  }

  private double exponential(double mean) {
    return -mean * Math.log(1 - random.nextDouble());
  }

  private final class Server {
    private final SimulatedOrigin origin;
    private final Queue<Request> waiting = new ArrayDeque<>();
    private int busy;

    Server(SimulatedOrigin origin) {
      this.origin = origin;
    }

    void arrived(Request request) {
      if (random.nextDouble() < origin.failureShare()) {
        at(clock + origin.rttMillis() / 2, () -> finished(request, false));
      } else {
        waiting.add(request);
        work();
      }
    }

    private void work() {
      while (busy < origin.workers() && !waiting.isEmpty()) {
        Request request = waiting.remove();
        busy++;
        double end = origin.afterStall(clock) + exponential(origin.workMillis());
        at(end, () -> worked(request));
      }
    }

    private void worked(Request request) {
      busy--;
      at(clock + origin.rttMillis() / 2, () -> finished(request, true));
      work();
    }
  }
}
