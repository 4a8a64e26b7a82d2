package dev.brink.grid;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.brink.grid.wire.BeaconIdentity;
import dev.brink.grid.wire.BeaconMessage;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says over UDP who this node is and asks others the same, on the port number that Ignite's
 * discovery has in TCP. It works while Ignite does not, and tells a live node of another part of
 * the grid from a dead port.
 *
 * <p>One datagram asks, one answers; a question is at least as long as an answer, so a forged
 * sender gains nothing, and an answer counts only with the random number of a question that waits
 * for it.
 */
final class Beacon implements AutoCloseable {
  static final int MAX_ADDRESSES = 16;

  private static final Logger log = LoggerFactory.getLogger(Beacon.class);
  private static final int QUESTION_BYTES = 1200;
  private static final int MAX_PENDING = 1024;
  private static final int SENDS = 2;

  private record Pending(HostPort to, CompletableFuture<Sighting> answer) {}

  private final DatagramSocket socket;
  private final Function<BeaconIdentity, BeaconIdentity> answers;
  private final BiConsumer<InetSocketAddress, BeaconIdentity> onQuestion;
  private final ConcurrentHashMap<Long, Pending> pending = new ConcurrentHashMap<>();
  private final SecureRandom random = new SecureRandom();
  private final Throttle sendWarnings = new Throttle(Duration.ofMinutes(1));
  private final Thread receiver;

  /**
   * A beacon, not yet started.
   *
   * @param socket bound; closed with the beacon
   * @param answers says who this node is, to the asker; to itself with its default instance
   * @param onQuestion hears who asked; on the beacon's thread, so it must not wait
   */
  Beacon(
      DatagramSocket socket,
      String name,
      Function<BeaconIdentity, BeaconIdentity> answers,
      BiConsumer<InetSocketAddress, BeaconIdentity> onQuestion) {
    this.socket = socket;
    this.answers = answers;
    this.onQuestion = onQuestion;
    receiver = new Thread(this::receive, "brink-grid-beacon-" + name);
    receiver.setDaemon(true);
  }

  /** Starts to answer. */
  void start() {
    receiver.start();
  }

  /** Asks one node; the answer fails when none comes in time. */
  CompletableFuture<Sighting> ask(HostPort to, Duration timeout) {
    if (pending.size() >= MAX_PENDING) {
      return CompletableFuture.failedFuture(new IOException("too many questions wait"));
    }
    long nonce = random.nextLong();
    Pending question = new Pending(to, new CompletableFuture<>());
    pending.put(nonce, question);
    CompletableFuture<Sighting> answer =
        question
            .answer
            .orTimeout(timeout.toMillis(), TimeUnit.MILLISECONDS)
            .whenComplete((sighting, failure) -> pending.remove(nonce));
    Thread.ofVirtual()
        .name("brink-grid-ask")
        .start(() -> send(question, nonce, timeout.dividedBy(SENDS + 1)));
    return answer;
  }

  /** Asks all and waits for those who answer in time. */
  List<Sighting> askAll(Collection<HostPort> addresses, Duration timeout) {
    List<CompletableFuture<@Nullable Sighting>> answers =
        addresses.stream()
            .map(to -> ask(to, timeout).<@Nullable Sighting>handle((seen, failure) -> seen))
            .toList();
    return answers.stream()
        .<@Nullable Sighting>map(CompletableFuture::join)
        .filter(seen -> seen != null)
        .toList();
  }

  @Override
  public void close() {
    socket.close();
    if (receiver.getState() == Thread.State.NEW) {
      return;
    }
    try {
      receiver.join(Duration.ofSeconds(1));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void send(Pending question, long nonce, Duration pause) {
    BeaconIdentity self = answers.apply(BeaconIdentity.getDefaultInstance());
    BeaconMessage.Builder message =
        BeaconMessage.newBuilder()
            .setNonce(nonce)
            .setQuestion(self.toBuilder().clearAddresses().clearSeesAsker());
    int missing = Math.max(0, QUESTION_BYTES - message.build().getSerializedSize() - 3);
    byte[] bytes = message.setPadding(ByteString.copyFrom(new byte[missing])).build().toByteArray();
    try {
      for (int i = 0; i < SENDS && !question.answer.isDone(); i++) {
        InetSocketAddress to = question.to.resolve();
        if (to.isUnresolved()) {
          question.answer.completeExceptionally(new IOException("no such host: " + to));
          return;
        }
        socket.send(new DatagramPacket(bytes, bytes.length, to));
        Thread.sleep(pause);
      }
    } catch (IOException e) {
      question.answer.completeExceptionally(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void receive() {
    DatagramPacket packet = new DatagramPacket(new byte[2048], 2048);
    while (!socket.isClosed()) {
      try {
        packet.setLength(2048);
        socket.receive(packet);
        handle(packet);
      } catch (InvalidProtocolBufferException | IllegalArgumentException e) {
        log.debug("a datagram from {} is not for a beacon", packet.getSocketAddress(), e);
      } catch (IOException e) {
        if (!socket.isClosed() && sendWarnings.permits()) {
          log.warn(
              "the beacon at {} has trouble: {}", socket.getLocalSocketAddress(), e.toString());
        }
      }
    }
  }

  private void handle(DatagramPacket packet) throws IOException {
    ByteString bytes = ByteString.copyFrom(packet.getData(), 0, packet.getLength());
    BeaconMessage message = BeaconMessage.parseFrom(bytes);
    switch (message.getKindCase()) {
      case QUESTION -> answer(packet, message);
      case ANSWER -> {
        Pending question = pending.get(message.getNonce());
        if (question != null) {
          question.answer.complete(Sighting.of(question.to, message.getAnswer()));
        }
      }
      case KIND_NOT_SET -> log.debug("an empty datagram from {}", packet.getSocketAddress());
    }
  }

  private void answer(DatagramPacket packet, BeaconMessage question) throws IOException {
    BeaconMessage answer =
        BeaconMessage.newBuilder()
            .setNonce(question.getNonce())
            .setAnswer(answers.apply(question.getQuestion()))
            .build();
    if (answer.getSerializedSize() > packet.getLength()) {
      log.debug("a question from {} is shorter than its answer", packet.getSocketAddress());
      return;
    }
    InetSocketAddress asker = (InetSocketAddress) packet.getSocketAddress();
    byte[] bytes = answer.toByteArray();
    socket.send(new DatagramPacket(bytes, bytes.length, asker));
    onQuestion.accept(asker, question.getQuestion());
  }
}
