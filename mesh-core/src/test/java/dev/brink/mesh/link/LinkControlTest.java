package dev.brink.mesh.link;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brink.mesh.proto.ApplyReply;
import dev.brink.mesh.proto.ApplyRequest;
import dev.brink.mesh.proto.Distance;
import dev.brink.mesh.proto.LoadBeat;
import dev.brink.mesh.proto.News;
import dev.brink.mesh.proto.PurgeReply;
import dev.brink.mesh.proto.PurgeRequest;
import dev.brink.mesh.proto.StoredRecord;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What nodes tell each other over a link beside calls. */
class LinkControlTest {
  @RegisterExtension final TestLink link = new TestLink();
  private final Heard heard = link.heard;
  private final TestService service = link.service;
  private final Links links = link.links;

  @Test
  void loadAndRoundTripsAreHeard() throws Exception {
    assertThat(heard.load.get(30, TimeUnit.SECONDS).getLanes()).isEqualTo(7);
    assertThat(heard.rtt.get(30, TimeUnit.SECONDS)).isPositive();
    assertThat(links.traffic().sentBytes()).as("a ping").isGreaterThanOrEqualTo(17);
    assertThat(link.server().traffic().receivedBytes()).as("a ping").isGreaterThanOrEqualTo(17);
    int beat = 9 + 4 + service.load().getSerializedSize();
    assertThat(link.server().traffic().sentBytes())
        .as("an answer and a beat")
        .isGreaterThanOrEqualTo(17 + beat);
    assertThat(links.traffic().receivedBytes())
        .as("an answer and a beat")
        .isGreaterThanOrEqualTo(17 + beat);
  }

  @Test
  void whatIsWarmIsHeardWithEachReportAndAgainOnANewLink() throws Exception {
    service.warm = List.of(3L, 5L);
    awaitWarm(3L, 5L);
    assertThat(nextLoad().getWarmList()).containsExactly(3L, 5L);
    InetSocketAddress address = link.stopServer();
    heard.loads.clear();
    link.startServer(address);
    assertThat(nextLoad().getWarmList()).containsExactly(3L, 5L);
    service.warm = List.of(5L);
    awaitWarm(5L);
  }

  private void awaitWarm(Long... versions) throws InterruptedException {
    LoadBeat load;
    do {
      load = nextLoad();
    } while (!load.getWarmList().equals(List.of(versions)));
  }

  private LoadBeat nextLoad() throws InterruptedException {
    return requireNonNull(heard.loads.poll(30, TimeUnit.SECONDS), "a report");
  }

  @Test
  void whatGoesWrongOnceStopsNeitherReportsNorPings() throws Exception {
    assertThat(heard.load.get(30, TimeUnit.SECONDS).getLanes()).isEqualTo(7);
    service.failing = true;
    while (service.failures.get() < 2) {
      Thread.sleep(1);
    }
    service.failing = false;
    heard.loads.clear();
    assertThat(nextLoad().getLanes()).isEqualTo(7);

    heard.up = new CountDownLatch(1);
    heard.failing = true;
    assertThat(heard.down.await(30, TimeUnit.SECONDS)).isTrue();
    heard.failing = false;
    link.awaitUp();
  }

  @Test
  void anApplyRequestIsAnswered() throws Exception {
    ApplyRequest request =
        ApplyRequest.newBuilder()
            .setDeployment(StoredRecord.newBuilder().setKey("acme/hello"))
            .setRemainingNanos(1)
            .build();
    ApplyReply reply =
        links
            .apply("b", request, Duration.ofSeconds(30))
            .toCompletableFuture()
            .get(30, TimeUnit.SECONDS);
    assertThat(reply.getMessage()).isEqualTo("got acme/hello");
  }

  @Test
  void aRequestThatThePeerFailsAtFailsAtOnce() {
    service.failing = true;
    CompletableFuture<PurgeReply> reply =
        links
            .purge("b", PurgeRequest.getDefaultInstance(), Duration.ofMinutes(5))
            .toCompletableFuture();
    assertThatThrownBy(() -> reply.get(30, TimeUnit.SECONDS)).hasMessageContaining("lost");
  }

  @Test
  void newsIsToldOnce() throws Exception {
    News news =
        News.newBuilder().addDistances(Distance.newBuilder().setTo("c").setRttNanos(5)).build();
    service.issue = new NewsIssue(1, news);
    assertThat(heard.news.poll(30, TimeUnit.SECONDS)).isEqualTo(news);
    service.issue = new NewsIssue(2, News.getDefaultInstance());
    assertThat(heard.news.poll(30, TimeUnit.SECONDS))
        .as("the first issue was not told again")
        .isEqualTo(News.getDefaultInstance());
  }

  @Test
  void aPeerIsAskedToWarmAFunction() throws Exception {
    links.warm("b", 0xfedcba9876543210L);
    links.warm("nobody", 1);
    assertThat(service.warmed.get(30, TimeUnit.SECONDS)).isEqualTo(0xfedcba9876543210L);
  }

  @Test
  void aPeerThatMovedIsUpInTheEnd() throws Exception {
    var heard = new Heard();
    try (var moving = new Links(link.loops, null, heard);
        LinkServer second = link.serve()) {
      for (int i = 0; i < 10; i++) {
        int moves = i;
        moving.add("b", (i % 2 == 0 ? link.server() : second).address());
        BooleanSupplier moved =
            () ->
                heard.events.stream().filter("up"::equals).count() > moves
                    && "up".equals(heard.events.peekLast());
        while (!moved.getAsBoolean()) {
          Thread.sleep(1);
        }
        assertThat(moving.up()).containsExactly("b");
      }
    }
  }

  @Test
  void aLinkThatIsNotPingedIsMeasuredWhenAsked() throws Exception {
    var some = new Heard();
    some.pings = false;
    try (var large = new Links(link.loops, null, some)) {
      large.add("b", link.server().address());
      assertThat(some.load.get(30, TimeUnit.SECONDS).getLanes()).isEqualTo(7);
      for (int i = 0; i < 3; i++) {
        large.probe("b");
        large.probe("nobody");
        assertThat(some.rtts.poll(30, TimeUnit.SECONDS)).isPositive();
      }
    }
  }

  @Test
  void aLinkThatIsNotPingedIsOnceNothingIsHeard() throws Exception {
    service.beatTicks = Integer.MAX_VALUE;
    var some = new Heard();
    some.pings = false;
    try (var large = new Links(link.loops, null, some)) {
      large.add("b", link.server().address());
      assertThat(some.rtts.poll(30, TimeUnit.SECONDS)).isPositive();
      assertThat(large.up()).containsExactly("b");
    }
  }

  @Test
  void anEmulatedDelayIsARoundTripMore() throws Exception {
    var slow = new Heard();
    try (var far = new Links(link.loops, null, slow)) {
      far.add("b", link.server().address(), Duration.ofMillis(60));
      assertThat(slow.rtts.poll(30, TimeUnit.SECONDS)).isGreaterThanOrEqualTo(60_000_000);
    }
  }
}
