package dev.brink.mesh.config;

import dev.brink.exec.FunctionLimits;
import dev.brink.exec.RuntimeLimits;
import dev.brink.exec.outbound.OutboundTarget;
import dev.brink.exec.websocket.WebSocketLimits;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/**
 * How functions run on the node.
 *
 * @param lanes threads that run functions; 0: one per processor
 * @param idleWarmUp instances made for nothing while the node is idle, so that others are made
 *     quickly
 * @param limits for functions whose manifest says nothing
 * @param cpuMax the most processor time that a manifest may ask for when it is deployed here
 * @param outboundPublic whether functions can fetch from public addresses
 * @param outboundAllow what functions can fetch from besides, whatever its address
 * @param keepAlive what stays warm
 * @param webSockets what all functions' WebSockets may use
 * @param runtime what all functions together may have
 */
public record FunctionsConfig(
    int lanes,
    int idleWarmUp,
    FunctionLimits limits,
    Duration cpuMax,
    boolean outboundPublic,
    List<OutboundTarget> outboundAllow,
    KeepAliveConfig keepAlive,
    WebSocketLimits webSockets,
    RuntimeLimits runtime) {
  public FunctionsConfig {
    outboundAllow = List.copyOf(outboundAllow);
  }

  Builder toBuilder() {
    Builder builder = new Builder();
    builder.lanes = lanes;
    builder.idleWarmUp = idleWarmUp;
    builder.cpu = limits.cpu();
    builder.cpuBurst = limits.cpuBurst();
    builder.cpuMax = cpuMax;
    builder.wall = limits.wall();
    builder.memoryBytes = limits.memoryBytes();
    builder.requestBodyBytes = limits.requestBodyBytes();
    builder.responseBodyBytes = limits.responseBodyBytes();
    builder.subrequests = limits.subrequests();
    builder.concurrency = limits.concurrency();
    builder.outboundPublic = outboundPublic;
    builder.outboundAllow = outboundAllow;
    builder.keepAlive = keepAlive.toBuilder();
    builder.webSockets = webSockets.toBuilder();
    builder.runtime = runtime.toBuilder();
    return builder;
  }

  /**
   * Defaults: a lane per processor, 500 instances when idle, {@link FunctionLimits#DEFAULT}, at
   * most 30 s of processor time by a manifest, public addresses and no others, {@link
   * WebSocketLimits#DEFAULT}, {@link RuntimeLimits#DEFAULT}.
   */
  public static final class Builder {
    private int lanes;
    private int idleWarmUp = 500;
    private Duration cpu = FunctionLimits.DEFAULT.cpu();
    private Duration cpuBurst = FunctionLimits.DEFAULT.cpuBurst();
    private Duration cpuMax = Duration.ofSeconds(30);
    private Duration wall = FunctionLimits.DEFAULT.wall();
    private long memoryBytes = FunctionLimits.DEFAULT.memoryBytes();
    private long requestBodyBytes = FunctionLimits.DEFAULT.requestBodyBytes();
    private long responseBodyBytes = FunctionLimits.DEFAULT.responseBodyBytes();
    private int subrequests = FunctionLimits.DEFAULT.subrequests();
    private int concurrency = FunctionLimits.DEFAULT.concurrency();
    private boolean outboundPublic = true;
    private List<OutboundTarget> outboundAllow = List.of();
    private KeepAliveConfig.Builder keepAlive = new KeepAliveConfig.Builder();
    private WebSocketLimits.Builder webSockets = WebSocketLimits.builder();

    /** How long idle instances stay is for the keep-alive policy to say. */
    private RuntimeLimits.Builder runtime = RuntimeLimits.builder().idleAfter(Duration.ZERO);

    Builder() {}

    public Builder lanes(int count) {
      lanes = count;
      return this;
    }

    public Builder runtime(Consumer<RuntimeLimits.Builder> change) {
      change.accept(runtime);
      return this;
    }

    public Builder idleWarmUp(int instances) {
      idleWarmUp = instances;
      return this;
    }

    public Builder cpu(Duration limit) {
      cpu = limit;
      return this;
    }

    /** The most processor time of one invocation with credit; no more than the limit: no credit. */
    public Builder cpuBurst(Duration most) {
      cpuBurst = most;
      return this;
    }

    public Builder cpuMax(Duration most) {
      cpuMax = most;
      return this;
    }

    public Builder wall(Duration limit) {
      wall = limit;
      return this;
    }

    public Builder memoryBytes(long limit) {
      memoryBytes = limit;
      return this;
    }

    public Builder requestBodyBytes(long limit) {
      requestBodyBytes = limit;
      return this;
    }

    public Builder responseBodyBytes(long limit) {
      responseBodyBytes = limit;
      return this;
    }

    public Builder subrequests(int limit) {
      subrequests = limit;
      return this;
    }

    public Builder concurrency(int limit) {
      concurrency = limit;
      return this;
    }

    public Builder outboundPublic(boolean yes) {
      outboundPublic = yes;
      return this;
    }

    public Builder outboundAllow(List<OutboundTarget> targets) {
      outboundAllow = List.copyOf(targets);
      return this;
    }

    public Builder keepAlive(Consumer<KeepAliveConfig.Builder> change) {
      change.accept(keepAlive);
      return this;
    }

    public Builder webSockets(Consumer<WebSocketLimits.Builder> change) {
      change.accept(webSockets);
      return this;
    }

    FunctionsConfig build() {
      return new FunctionsConfig(
          lanes,
          idleWarmUp,
          new FunctionLimits(
              cpu,
              cpuBurst,
              wall,
              memoryBytes,
              requestBodyBytes,
              responseBodyBytes,
              subrequests,
              concurrency),
          cpuMax,
          outboundPublic,
          outboundAllow,
          keepAlive.build(),
          webSockets.build(),
          runtime.build());
    }
  }
}
