package dev.brink.mesh.link;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brink.mesh.proto.LoadBeat;
import dev.brink.mesh.proto.NetworkCoordinate;
import dev.brink.mesh.proto.News;
import io.netty.buffer.ByteBuf;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A beat stream from the one who writes it to the one who reads it. */
class BeatStreamTest {
  private final List<LoadBeat> heard = new ArrayList<>();
  private final ControlTraffic traffic = new ControlTraffic();
  private BeatWriter writer = new BeatWriter(true);
  private EmbeddedChannel reader = reader();

  private EmbeddedChannel reader() {
    return new EmbeddedChannel(new BeatListener("b", new Loads(heard), traffic));
  }

  @AfterEach
  void close() {
    reader.finishAndReleaseAll();
  }

  /** Bytes that a report took. */
  private int tell(long sequence, Long... warm) {
    LoadBeat whole =
        LoadBeat.newBuilder()
            .setSequence(sequence)
            .addAllWarm(List.of(warm))
            .setWarmFollows(true)
            .build();
    ByteBuf message = writer.next(whole, NewsIssue.NONE);
    int bytes = message.readableBytes();
    reader.writeInbound(new DefaultHttp2DataFrame(message));
    return bytes;
  }

  @Test
  void theWarmSetIsSentWhenItChangesAndHeardEachTime() {
    int first = tell(1, 7L, 8L);
    int same = tell(2, 7L, 8L);
    int changed = tell(3, 7L, 9L);
    int none = tell(4);
    tell(5);

    assertThat(first).isEqualTo(changed).isGreaterThan(same + 2 * Long.BYTES);
    assertThat(none).isLessThan(changed);
    assertThat(heard)
        .extracting(LoadBeat::getWarmList)
        .containsExactly(List.of(7L, 8L), List.of(7L, 8L), List.of(7L, 9L), List.of(), List.of());
    assertThat(heard).allMatch(LoadBeat::getWarmFollows);
    assertThat(heard).extracting(LoadBeat::getSequence).containsExactly(1L, 2L, 3L, 4L, 5L);
  }

  @Test
  void aLargeWarmSetIsSentAsItsChanges() {
    int first = tell(1, 3L, 4L, 5L, 6L, -7L);
    int changed = tell(2, -7L, 2L, 3L, 5L, 6L);
    tell(3, -7L, 2L, 3L, 5L, 6L);

    assertThat(changed).isLessThan(first - 2 * Long.BYTES);
    assertThat(heard.getLast().getWarmList()).containsExactly(-7L, 2L, 3L, 5L, 6L);
    assertThat(heard.getLast()).isEqualTo(heard.get(1).toBuilder().setSequence(3).build());
  }

  @Test
  void whoDoesNotReadChangesIsToldTheWholeSet() {
    writer = new BeatWriter(false);
    int first = tell(1, 3L, 4L, 5L, 6L, 7L);

    assertThat(tell(2, 2L, 3L, 4L, 5L, 6L)).isEqualTo(first);
    assertThat(heard.getLast().getWarmList()).containsExactly(2L, 3L, 4L, 5L, 6L);
  }

  @Test
  void theCoordinateIsSentWhenItIsAnotherOne() {
    NetworkCoordinate here = NetworkCoordinate.newBuilder().setHeight(0.1f).build();
    NetworkCoordinate there = NetworkCoordinate.newBuilder().setHeight(0.2f).build();
    for (NetworkCoordinate at : List.of(here, here, there)) {
      reader.writeInbound(
          new DefaultHttp2DataFrame(
              writer.next(LoadBeat.newBuilder().setCoordinate(at).build(), NewsIssue.NONE)));
    }

    assertThat(heard.get(0).getCoordinate()).isEqualTo(here);
    assertThat(heard.get(1).hasCoordinate()).isFalse();
    assertThat(heard.get(2).getCoordinate()).isEqualTo(there);
  }

  @Test
  void anotherStreamStartsWithTheWholeSet() {
    int first = tell(1, 7L, 8L);
    tell(2, 7L, 8L);
    reader.finishAndReleaseAll();
    reader = reader();
    writer = new BeatWriter(true);

    assertThat(tell(3, 7L, 8L)).isEqualTo(first);
    assertThat(heard.getLast().getWarmList()).containsExactly(7L, 8L);
  }

  @Test
  void aPeerThatSaysNothingOfItsWarmSetIsNotGivenOne() {
    reader.writeInbound(
        new DefaultHttp2DataFrame(
            writer.next(LoadBeat.newBuilder().setLanes(3).build(), NewsIssue.NONE)));

    assertThat(heard.getLast().getWarmFollows()).isFalse();
  }

  @Test
  void whatIsReceivedIsCountedWithItsFrame() {
    int bytes = tell(1, 7L) + tell(2, 7L);

    assertThat(traffic.receivedBytes()).isEqualTo(bytes + 2 * 9);
    assertThat(traffic.sentBytes()).isZero();
  }

  private record Loads(List<LoadBeat> heard) implements LinkListener {
    @Override
    public void load(String node, LoadBeat load) {
      assertThat(load.getNews()).isEqualTo(News.getDefaultInstance());
      heard.add(load);
    }

    @Override
    public void up(String node) {}

    @Override
    public void down(String node) {}

    @Override
    public void transferred(String node, long bytes, long nanos) {}

    @Override
    public void rtt(String node, long nanos) {}
  }
}
