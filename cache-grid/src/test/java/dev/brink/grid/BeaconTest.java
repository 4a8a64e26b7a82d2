package dev.brink.grid;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.brink.grid.wire.BeaconIdentity;
import dev.brink.grid.wire.BeaconMessage;
import dev.brink.grid.wire.BeaconPhase;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class BeaconTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  private DatagramSocket socket;
  private Beacon beacon;
  private HostPort address;

  @BeforeEach
  void start() throws Exception {
    socket = new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    address = new HostPort("127.0.0.1", socket.getLocalPort());
    beacon = new Beacon(socket, "test", asker -> identity(), (from, who) -> {});
    beacon.start();
  }

  @AfterEach
  void stop() {
    beacon.close();
  }

  @Test
  void saysWhoItIs() throws Exception {
    Sighting sighting = beacon.ask(address, TIMEOUT).get(30, TimeUnit.SECONDS);
    assertThat(sighting.at()).isEqualTo(address);
    assertThat(sighting.member()).isEqualTo(Grids.id(1));
    assertThat(sighting.phase()).isEqualTo(BeaconPhase.SERVING);
    assertThat(sighting.addresses()).containsExactly(new HostPort("127.0.0.1", 47500));
  }

  @Test
  void silenceIsNoAnswer() throws Exception {
    try (DatagramSocket silent =
        new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
      HostPort nobody = new HostPort("127.0.0.1", silent.getLocalPort());
      assertThatThrownBy(() -> beacon.ask(nobody, Duration.ofMillis(50)).get())
          .hasCauseInstanceOf(TimeoutException.class);
      assertThat(beacon.askAll(List.of(nobody, address), Duration.ofSeconds(3)))
          .extracting(Sighting::at)
          .containsExactly(address);
    }
  }

  @Test
  void garbageAndAnswersNobodyAskedForAreLeftOut() throws Exception {
    send(new byte[] {1, 2, 3});
    send(new byte[0]);
    send(BeaconMessage.newBuilder().setNonce(1).setAnswer(identity()).build().toByteArray());
    assertThat(beacon.ask(address, TIMEOUT).get(30, TimeUnit.SECONDS).member())
        .isEqualTo(Grids.id(1));
  }

  @Test
  void aQuestionShorterThanItsAnswerGetsNone() throws Exception {
    BeaconMessage question =
        BeaconMessage.newBuilder()
            .setNonce(1)
            .setQuestion(BeaconIdentity.getDefaultInstance())
            .build();
    try (DatagramSocket asker = new DatagramSocket()) {
      asker.setSoTimeout(300);
      ask(asker, question);
      DatagramPacket answer = new DatagramPacket(new byte[2048], 2048);
      assertThatThrownBy(() -> asker.receive(answer)).isInstanceOf(SocketTimeoutException.class);
      asker.setSoTimeout(5000);
      ask(asker, question.toBuilder().setPadding(ByteString.copyFrom(new byte[1200])).build());
      asker.receive(answer);
      assertThat(answer.getLength()).isLessThan(1200);
    }
  }

  private void send(byte[] bytes) throws Exception {
    try (DatagramSocket sender = new DatagramSocket()) {
      sender.send(new DatagramPacket(bytes, bytes.length, socket.getLocalSocketAddress()));
    }
  }

  private void ask(DatagramSocket asker, BeaconMessage question) throws Exception {
    byte[] bytes = question.toByteArray();
    asker.send(new DatagramPacket(bytes, bytes.length, socket.getLocalSocketAddress()));
  }

  private static BeaconIdentity identity() {
    return BeaconIdentity.newBuilder()
        .setCluster("brink")
        .setMember(Wire.toId(Grids.id(1)))
        .setPhase(BeaconPhase.SERVING)
        .addAddresses("127.0.0.1:47500")
        .build();
  }
}
