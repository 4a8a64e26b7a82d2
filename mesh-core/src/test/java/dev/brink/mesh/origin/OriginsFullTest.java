package dev.brink.mesh.origin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brink.mesh.proto.Balance;
import dev.brink.mesh.proto.HealthCheck;
import dev.brink.mesh.proto.OriginPool;
import dev.brink.mesh.proto.OriginServer;
import dev.brink.placement.origin.OriginSlot.Health;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** Where a request goes when a server has as many connections as it may. */
class OriginsFullTest {
  private final CountDownLatch finish = new CountDownLatch(1);

  private TestUpstream held(String name) {
    return TestUpstream.start(
        exchange -> {
          finish.await();
          exchange.ok(name);
        });
  }

  private static void awaitRequests(int count, TestUpstream... servers) {
    TestOrigins.await(
        count + " requests are with the servers",
        () -> {
          int sum = 0;
          for (TestUpstream server : servers) {
            sum += server.requests.get();
          }
          return sum == count;
        });
  }

  private static int waiting(TestOrigins origins) {
    return origins.origins.status().getFirst().servers().stream()
        .mapToInt(ServerStatus::waiting)
        .sum();
  }

  @ParameterizedTest
  @EnumSource(mode = Mode.EXCLUDE, names = "UNRECOGNIZED")
  void theNextServerWithRoomGetsIt(Balance balance) {
    try (var a = held("a");
        var b = held("b");
        var c = held("c");
        var origins =
            TestOrigins.of(TestOrigins.pool(a, b, c).setBalance(balance).setMaxConnections(2))) {
      List<Answer> answers = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        answers.add(origins.get("/"));
      }
      awaitRequests(6, a, b, c);
      assertThat(List.of(a.requests.get(), b.requests.get(), c.requests.get()))
          .containsExactly(2, 2, 2);
      assertThat(waiting(origins)).isZero();

      // All are full.
      answers.add(origins.get("/"));
      assertThat(waiting(origins)).isEqualTo(1);

      finish.countDown();
      answers.forEach(answer -> assertThat(answer.body()).isIn("a", "b", "c"));
      TestOrigins.await(
          "nothing is under way",
          () ->
              origins.origins.status().getFirst().servers().stream()
                  .allMatch(server -> server.active() == 0));
      assertThat(
              origins.origins.status().getFirst().servers().stream()
                  .mapToLong(ServerStatus::total)
                  .sum())
          .isEqualTo(7);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"IP_HASH", "CONSISTENT_HASH"})
  void aKeyComesBackToItsServerOnceThatHasRoom(Balance balance) {
    try (var a = held("a");
        var b = held("b");
        var c = held("c");
        var origins =
            TestOrigins.of(
                TestOrigins.pool(a, b, c)
                    .setBalance(balance)
                    .setHashOn("path")
                    .setMaxConnections(1))) {
      List<Answer> answers = List.of(origins.get("/k"), origins.get("/k"), origins.get("/k"));
      awaitRequests(3, a, b, c);
      finish.countDown();
      var seen = new HashSet<String>();
      answers.forEach(answer -> seen.add(answer.body()));
      assertThat(seen).hasSize(3);
      TestOrigins.await(
          "nothing is under way",
          () ->
              origins.origins.status().getFirst().servers().stream()
                  .allMatch(server -> server.active() == 0));

      // A connection is free a moment after its answer is there.
      String own = answers.getFirst().body();
      TestOrigins.await("its own server again", () -> origins.get("/k").body().equals(own));
    }
  }

  @Test
  void theNextTierTakesWhatTheFirstHasNoRoomFor() {
    try (var a = held("a");
        var b = held("b");
        var origins =
            TestOrigins.of(
                OriginPool.newBuilder()
                    .addServers(OriginServer.newBuilder().setUrl(a.url()))
                    .addServers(OriginServer.newBuilder().setUrl(b.url()).setTier(1))
                    .setMaxConnections(1))) {
      Answer first = origins.get("/");
      Answer second = origins.get("/");
      awaitRequests(2, a, b);
      finish.countDown();
      assertThat(first.body()).isEqualTo("a");
      assertThat(second.body()).isEqualTo("b");
    }
  }

  @Test
  void aServerThatIsDownDoesNotGetWhatOthersHaveNoRoomFor() {
    var asked = new AtomicInteger();
    try (var a =
            TestUpstream.start(
                exchange -> {
                  if (exchange.requestLine().contains("/health")) {
                    exchange.ok("well");
                  } else {
                    finish.await();
                    exchange.ok("a");
                  }
                });
        var b =
            TestUpstream.start(
                exchange -> {
                  if (exchange.requestLine().contains("/health")) {
                    exchange.write("HTTP/1.1 500 Not\r\ncontent-length: 0\r\n\r\n");
                  } else {
                    asked.incrementAndGet();
                    exchange.ok("b");
                  }
                });
        var origins =
            TestOrigins.of(
                TestOrigins.pool(a, b)
                    .setMaxConnections(1)
                    .setHealthCheck(
                        HealthCheck.newBuilder().setPath("/health").setIntervalMs(10)))) {
      TestOrigins.await("b is down", () -> origins.server(1).health() == Health.UNHEALTHY);
      int before = asked.get();
      List<Answer> answers = List.of(origins.get("/"), origins.get("/"));

      assertThat(origins.server(0).waiting()).isEqualTo(1);
      finish.countDown();
      answers.forEach(answer -> assertThat(answer.body()).isEqualTo("a"));
      assertThat(asked).hasValue(before);
    }
  }
}
