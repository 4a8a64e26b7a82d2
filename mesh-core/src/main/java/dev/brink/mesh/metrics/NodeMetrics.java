package dev.brink.mesh.metrics;

import static java.util.Objects.requireNonNull;

import dev.brink.mesh.exchange.CallFailure;
import dev.brink.mesh.http.HttpServerListener;
import dev.brink.mesh.http.Problem;
import dev.brink.mesh.http.ServerExchange;
import dev.brink.mesh.ingress.Dispatcher.DispatchListener;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Counts what a node does. Thread-safe; counting takes no lock. */
public final class NodeMetrics implements HttpServerListener, DispatchListener, AutoCloseable {
  private static final int CLASSES = 6;

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final JvmGcMetrics gc = new JvmGcMetrics();
  private final Timer[] requests = new Timer[CLASSES];
  private final Map<CallFailure.Reach, Counter> retried = new EnumMap<>(CallFailure.Reach.class);
  private final Counter forwarded;
  private final List<Supplier<Number>> counted = new CopyOnWriteArrayList<>();
  private final DistributionSummary regret;
  private final Counter bytesIn;
  private final Counter bytesOut;
  private final Counter refusedRequests;
  private final Counter refusedConnections;
  private final AtomicInteger connections = new AtomicInteger();

  /** Registers everything; {@link #gauge} adds what others know. */
  public NodeMetrics() {
    for (int i = 0; i < CLASSES; i++) {
      requests[i] =
          Timer.builder("brink.requests")
              .description("Requests of clients, by class of status; 0xx got no response")
              .tag("status", i + "xx")
              .serviceLevelObjectives(
                  Duration.ofNanos(500_000),
                  Duration.ofMillis(1),
                  Duration.ofMillis(5),
                  Duration.ofMillis(25),
                  Duration.ofMillis(100),
                  Duration.ofMillis(500),
                  Duration.ofSeconds(2))
              .register(registry);
    }
    for (CallFailure.Reach reach : CallFailure.Reach.values()) {
      retried.put(
          reach,
          Counter.builder("brink.calls.retried")
              .description("Calls tried again on another node, by how far the failed try got")
              .tag("reach", reach.name().toLowerCase(Locale.ROOT).replace('_', '-'))
              .register(registry));
    }
    forwarded =
        Counter.builder("brink.calls.forwarded")
            .description("Calls sent to a peer")
            .register(registry);
    bytesIn =
        Counter.builder("brink.request.body.bytes")
            .description("Bytes of request bodies read")
            .register(registry);
    bytesOut =
        Counter.builder("brink.response.body.bytes")
            .description("Bytes of response bodies written")
            .register(registry);
    refusedRequests =
        Counter.builder("brink.requests.refused")
            .description("Malformed or oversized requests that no handler saw")
            .register(registry);
    refusedConnections =
        Counter.builder("brink.connections.refused")
            .description("Connections beyond the limit")
            .register(registry);
    regret =
        DistributionSummary.builder("brink.placement.regret")
            .description("Time on the chosen node as a multiple of that on the fastest")
            .serviceLevelObjectives(1.0, 1.01, 1.02, 1.05, 1.1, 1.2, 1.5, 2, 3, 5, 10)
            .register(registry);
    Gauge.builder("brink.connections", connections, AtomicInteger::get)
        .description("Open client connections")
        .register(registry);
    new JvmMemoryMetrics().bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    gc.bindTo(registry);
  }

  /** A choice was compared with the others. */
  public void regret(double multiple) {
    regret.record(multiple);
  }

  /** Adds a number that is read when it is asked for. */
  public void gauge(String name, String description, Supplier<Number> value) {
    Gauge.builder(name, value).description(description).register(registry);
  }

  /** Adds one of several such numbers, told apart by a tag. */
  public void gauge(
      String name, String description, String tag, String tagged, Supplier<Number> value) {
    Gauge.builder(name, value).description(description).tag(tag, tagged).register(registry);
  }

  /** Adds a number that only grows and is read when it is asked for. */
  public void counter(String name, String description, Supplier<Number> value) {
    counted.add(value); // the meter itself holds it weakly
    FunctionCounter.builder(name, value, supplier -> supplier.get().doubleValue())
        .description(description)
        .register(registry);
  }

  /** Adds one of several such numbers, told apart by a tag. */
  public void counter(
      String name, String description, String tag, String tagged, Supplier<Number> value) {
    counted.add(value); // the meter itself holds it weakly
    FunctionCounter.builder(name, value, supplier -> supplier.get().doubleValue())
        .description(description)
        .tag(tag, tagged)
        .register(registry);
  }

  /** Adds a row of numbers per tag, to be set anew with {@link MultiGauge#register}. */
  public MultiGauge rows(String name, String description) {
    return MultiGauge.builder(name).description(description).register(registry);
  }

  /** All meters in Prometheus's text format. */
  public String scrape() {
    return registry.scrape();
  }

  /** The names of all meters, for the documentation's test. */
  public Stream<String> names() {
    return registry.getMeters().stream().map(Meter::getId).map(Meter.Id::getName).distinct();
  }

  @Override
  public void connectionOpened(InetSocketAddress remote) {
    connections.incrementAndGet();
  }

  @Override
  public void connectionClosed(InetSocketAddress remote) {
    connections.decrementAndGet();
  }

  @Override
  public void connectionRefused(InetSocketAddress remote) {
    refusedConnections.increment();
  }

  @Override
  public void requestEnded(
      ServerExchange exchange,
      int status,
      long readBytes,
      long writtenBytes,
      long nanos,
      boolean complete) {
    requests[Math.clamp(status / 100, 0, CLASSES - 1)].record(nanos, TimeUnit.NANOSECONDS);
    if (readBytes > 0) {
      bytesIn.increment((double) readBytes);
    }
    bytesOut.increment((double) writtenBytes);
  }

  @Override
  public void requestRefused(InetSocketAddress remote, Problem problem) {
    refusedRequests.increment();
  }

  @Override
  public void forwarded() {
    forwarded.increment();
  }

  @Override
  public void retried(CallFailure failure) {
    requireNonNull(retried.get(failure.reach()), "reach").increment();
  }

  @Override
  public void close() {
    gc.close();
    registry.close();
  }
}
