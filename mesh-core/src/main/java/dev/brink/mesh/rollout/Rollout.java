package dev.brink.mesh.rollout;

import dev.brink.grid.Entry;
import dev.brink.grid.Member;
import dev.brink.mesh.deploy.DeployOptions;
import dev.brink.mesh.deploy.DeployResult.NodeOutcome;
import dev.brink.mesh.deploy.DeployResult.Status;
import dev.brink.mesh.link.Links;
import dev.brink.mesh.proto.ApplyReply;
import dev.brink.mesh.proto.ApplyRequest;
import dev.brink.mesh.proto.StoredRecord;
import dev.brink.mesh.registry.Registry;
import dev.brink.mesh.registry.StoredRecords;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One deployment on its way to the nodes that are live now. */
final class Rollout {
  private final Registry registry;
  private final Links links;
  private final DeployOptions options;
  private final long beganNanos;

  Rollout(Registry registry, Links links, DeployOptions options, long beganNanos) {
    this.registry = registry;
    this.links = links;
    this.options = options;
    this.beganNanos = beganNanos;
  }

  /** Pushes the record to all members and waits as the options say. */
  List<NodeOutcome> run(
      List<Member> members, StoredRecord deployment, List<StoredRecord> versions) {
    Entry entry = StoredRecords.entry(deployment);
    List<String> names = new ArrayList<>();
    List<CompletableFuture<NodeOutcome>> outcomes = new ArrayList<>();
    for (Member member : members) {
      CompletionStage<ApplyReply> reply =
          member.self()
              ? registry
                  .putDeployment(deployment.getKey(), entry)
                  .thenApply(served -> ApplyReply.newBuilder().setReady(true).build())
              : push(member, deployment, versions);
      names.add(member.name());
      outcomes.add(outcome(member.name(), reply));
    }
    await(outcomes);
    List<NodeOutcome> result = new ArrayList<>();
    for (int i = 0; i < outcomes.size(); i++) {
      result.add(outcomes.get(i).getNow(pending(names.get(i))));
    }
    return result;
  }

  private NodeOutcome pending(String node) {
    return options.waitFor() == DeployOptions.Wait.NONE || leftNanos() > 0
        ? new NodeOutcome(node, Status.NOT_AWAITED, 0, "")
        : new NodeOutcome(node, Status.NO_ANSWER, millis(), "no answer in time");
  }

  private CompletionStage<ApplyReply> push(
      Member member, StoredRecord deployment, List<StoredRecord> versions) {
    long left = leftNanos();
    return links.apply(
        member.id().toString(),
        ApplyRequest.newBuilder()
            .setDeployment(deployment)
            .addAllVersions(versions)
            .setRemainingNanos(left)
            .build(),
        Duration.ofNanos(Math.max(1_000_000, left)));
  }

  private CompletableFuture<NodeOutcome> outcome(String node, CompletionStage<ApplyReply> reply) {
    return reply
        .handle(
            (answer, failure) ->
                failure != null
                    ? new NodeOutcome(node, Status.NO_ANSWER, millis(), text(failure))
                    : new NodeOutcome(
                        node,
                        answer.getReady() ? Status.READY : Status.FAILED,
                        millis(),
                        answer.getMessage()))
        .toCompletableFuture();
  }

  private void await(List<CompletableFuture<NodeOutcome>> outcomes) {
    int wanted =
        switch (options.waitFor()) {
          case ALL -> outcomes.size();
          case MAJORITY -> outcomes.size() / 2 + 1;
          case NONE -> 0;
        };
    CountDownLatch ready = new CountDownLatch(wanted);
    CountDownLatch answered = new CountDownLatch(outcomes.size());
    for (CompletableFuture<NodeOutcome> outcome : outcomes) {
      var _ =
          outcome.thenAccept(
              done -> {
                if (done.status() == Status.READY) {
                  ready.countDown();
                }
                answered.countDown();
                if (answered.getCount() == 0) {
                  while (ready.getCount() > 0) {
                    ready.countDown();
                  }
                }
              });
    }
    try {
      // Not in time is no error here: the outcome names who did not answer.
      boolean _ = ready.await(leftNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private long leftNanos() {
    return Math.max(0, options.timeout().toNanos() - (System.nanoTime() - beganNanos));
  }

  private double millis() {
    return (System.nanoTime() - beganNanos) / 1e6;
  }

  private static String text(@Nullable Throwable failure) {
    Throwable cause = failure instanceof CompletionException e ? e.getCause() : failure;
    return cause == null ? "no answer" : String.valueOf(cause.getMessage());
  }
}
