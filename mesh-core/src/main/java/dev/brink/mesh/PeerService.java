package dev.brink.mesh;

import dev.brink.mesh.cache.EdgeCache;
import dev.brink.mesh.exchange.Executor;
import dev.brink.mesh.exchange.Target;
import dev.brink.mesh.function.LoadReporter;
import dev.brink.mesh.link.LinkService;
import dev.brink.mesh.link.NewsIssue;
import dev.brink.mesh.peer.Gossip;
import dev.brink.mesh.peer.Places;
import dev.brink.mesh.peer.Scale;
import dev.brink.mesh.proto.ApplyReply;
import dev.brink.mesh.proto.ApplyRequest;
import dev.brink.mesh.proto.CopyOffers;
import dev.brink.mesh.proto.HerdReports;
import dev.brink.mesh.proto.LoadBeat;
import dev.brink.mesh.proto.PurgeReply;
import dev.brink.mesh.proto.PurgeRequest;
import dev.brink.mesh.registry.Registry;
import dev.brink.mesh.registry.StoredRecords;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/** What this node does for its peers. */
record PeerService(
    Executor<Target.Function> executor,
    Executor<Target.Cached> cached,
    Executor<Target.NamedCache> named,
    EdgeCache cache,
    Registry registry,
    LoadReporter reporter,
    Gossip gossip,
    Places places,
    Warming warming)
    implements LinkService {
  @Override
  public CompletionStage<PurgeReply> purge(PurgeRequest request) {
    return cache.apply(request);
  }

  @Override
  public CompletionStage<ApplyReply> apply(ApplyRequest request) {
    long beganNanos = System.nanoTime();
    request
        .getVersionsList()
        .forEach(version -> registry.putVersion(version.getKey(), StoredRecords.entry(version)));
    return registry
        .putDeployment(
            request.getDeployment().getKey(), StoredRecords.entry(request.getDeployment()))
        .toCompletableFuture()
        .copy()
        .orTimeout(Math.max(1, request.getRemainingNanos()), TimeUnit.NANOSECONDS)
        .handle(
            (served, failure) -> {
              ApplyReply.Builder reply =
                  ApplyReply.newBuilder().setNanos(System.nanoTime() - beganNanos);
              if (failure == null) {
                return reply.setReady(true).build();
              }
              Throwable cause =
                  failure instanceof CompletionException && failure.getCause() != null
                      ? failure.getCause()
                      : failure;
              return reply.setMessage(String.valueOf(cause.getMessage())).build();
            });
  }

  @Override
  public LoadBeat beat() {
    return reporter.beat().toBuilder().setCoordinate(places.told()).build();
  }

  @Override
  public int beatTicks() {
    return Scale.beatTicks(places.members());
  }

  @Override
  public NewsIssue news() {
    return gossip.issue();
  }

  @Override
  public void warm(long version) {
    warming.warm(version);
  }

  @Override
  public void offered(CopyOffers offers) {
    cache.copies().offered(offers);
  }

  @Override
  public void heard(HerdReports reports) {
    cache.heard(reports);
  }

  @Override
  public LoadBeat load() {
    return reporter.report();
  }
}
