package dev.brink.mesh.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import java.util.concurrent.Flow;
import org.junit.jupiter.api.Test;

class RemoteSocketsTest {
  private final RemoteSockets sockets = new RemoteSockets("here");
  private final Reader before = new Reader();
  private final Reader after = new Reader();
  private final Reader local = new Reader();

  @Test
  void whatIsGrantedAfterTheEndIsEndedToo() {
    sockets.add(bytes(before), "there");
    assertThat(before.completed).isFalse();
    sockets.end();
    assertThat(before.completed).isTrue();

    sockets.add(bytes(after), "there");
    sockets.add(bytes(local), "here");
    assertThat(after.completed).isTrue();
    assertThat(local.completed).as("closed by the runtime here").isFalse();
  }

  private static ClientBytes bytes(Reader reader) {
    var bytes = new ClientBytes();
    bytes.subscribe(reader);
    return bytes;
  }

  private static final class Reader implements Flow.Subscriber<ByteBuf> {
    private boolean completed;

    @Override
    public void onSubscribe(Flow.Subscription subscription) {}

    @Override
    public void onNext(ByteBuf bytes) {
      bytes.release();
    }

    @Override
    public void onError(Throwable failure) {}

    @Override
    public void onComplete() {
      completed = true;
    }
  }
}
