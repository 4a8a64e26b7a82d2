package dev.brink.mesh.link;

import dev.brink.mesh.exchange.Executor;
import dev.brink.mesh.exchange.Target;
import dev.brink.mesh.proto.ApplyReply;
import dev.brink.mesh.proto.ApplyRequest;
import dev.brink.mesh.proto.CopyOffers;
import dev.brink.mesh.proto.HerdReports;
import dev.brink.mesh.proto.LoadBeat;
import dev.brink.mesh.proto.PurgeReply;
import dev.brink.mesh.proto.PurgeRequest;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/** A node whose links answer as a test says. */
public final class TestService implements LinkService {
  @Override
  public Executor<Target.Cached> cached() {
    return (call, target, listener) -> {
      throw new AssertionError("nothing is cached here");
    };
  }

  @Override
  public Executor<Target.NamedCache> named() {
    return (call, target, listener) -> {
      throw new AssertionError("nothing is kept here");
    };
  }

  @Override
  public CompletionStage<PurgeReply> purge(PurgeRequest request) {
    if (failing) {
      throw new IllegalArgumentException("test");
    }
    return purges.apply(request);
  }

  public volatile Executor<Target.Function> executor = (call, target, listener) -> () -> {};

  /** Answers with how many purges it was told of. */
  public volatile Function<PurgeRequest, CompletionStage<PurgeReply>> purges =
      request ->
          CompletableFuture.completedFuture(
              PurgeReply.newBuilder().setStamp(request.getPurgesCount()).build());

  volatile NewsIssue issue = NewsIssue.NONE;
  volatile List<Long> warm = List.of();
  volatile int beatTicks = 1;
  volatile boolean failing;
  final AtomicInteger failures = new AtomicInteger();
  final CompletableFuture<Long> warmed = new CompletableFuture<>();

  @Override
  public Executor<Target.Function> executor() {
    return executor;
  }

  @Override
  public CompletionStage<ApplyReply> apply(ApplyRequest request) {
    return CompletableFuture.completedFuture(
        ApplyReply.newBuilder().setMessage("got " + request.getDeployment().getKey()).build());
  }

  @Override
  public LoadBeat beat() {
    if (failing) {
      if (failures.incrementAndGet() % 2 == 0) {
        throw new StackOverflowError("test");
      }
      throw new IllegalStateException("test");
    }
    return load().toBuilder().addAllWarm(warm).setWarmFollows(true).build();
  }

  @Override
  public int beatTicks() {
    return beatTicks;
  }

  @Override
  public NewsIssue news() {
    return issue;
  }

  @Override
  public void warm(long version) {
    warmed.complete(version);
  }

  @Override
  public void offered(CopyOffers offers) {
    throw new AssertionError("nothing is offered here");
  }

  @Override
  public void heard(HerdReports reports) {
    throw new AssertionError("nothing is learnt here");
  }

  @Override
  public LoadBeat load() {
    return LoadBeat.newBuilder().setLanes(7).build();
  }
}
