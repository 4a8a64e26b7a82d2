package dev.brink.exec;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class EventSourceTest {
  /** With a byte order mark, all ends of lines, and an event that is not complete. */
  private static final String EVENTS =
      """
      \ufeffretry: 1(CRLF): a comment(CRLF)id: 7é(CR)data: one
      data:two

      event: price
      data: 5

      data: cut off\
      """;

  private static final Stream STREAM = new Stream();
  private static final Sandbox SANDBOX = Sandbox.of(STREAM);

  @AfterAll
  static void close() {
    SANDBOX.close();
  }

  @Test
  void eventsComeAndTheConnectionIsMadeAgainWithTheLastId() {
    assertThat(
            SANDBOX.eval(
                """
                const source = new EventSource('http://news.example/stream');
                const seen = [source.readyState];
                source.onopen = () => seen.push('open' + source.readyState);
                source.onmessage = (event) => seen.push(`${event.data}|${event.lastEventId}|${event.origin}`);
                source.addEventListener('price', ({ data }) => seen.push(`price ${data}`));
                await new Promise((resolve) => {
                  source.onerror = () => {
                    seen.push('error' + source.readyState);
                    if (source.readyState === EventSource.CLOSED) resolve();
                  };
                });
                return JSON.stringify(seen);
                """))
        .isEqualTo(
            "[0,\"open1\",\"one\\ntwo|7é|http://news.example\",\"price 5\",\"error0\",\"error2\"]");
    assertThat(STREAM.lastIds).containsExactly("null", "7Ã©");
  }

  @Test
  void whatIsNoStreamOfEventsIsAnError() {
    assertThat(
            SANDBOX.eval(
                """
                const source = new EventSource('http://news.example/page');
                await new Promise((resolve) => { source.onerror = resolve; });
                let name;
                try { new EventSource('nonsense'); } catch (error) { name = error.name; }
                return source.readyState + name;
                """))
        .isEqualTo("2SyntaxError");
  }

  @Test
  void aClosedOneStaysClosed() {
    assertThat(
            SANDBOX.eval(
                """
                const source = new EventSource('http://news.example/never');
                source.onerror = () => { throw new Error('heard'); };
                await scheduler.wait(1);
                source.close();
                await scheduler.wait(2);
                return source.readyState;
                """))
        .isEqualTo("2");
    assertThat(STREAM.cancelled).isTrue();
  }

  @Test
  void oneThatIsClosedWhileOpenEndsItsConnection() {
    assertThat(
            SANDBOX.eval(
                """
                const source = new EventSource('http://news.example/open');
                await new Promise((resolve) => { source.onmessage = resolve; });
                source.onerror = () => { throw new Error('heard'); };
                source.close();
                const { headers } = await fetch('http://news.example/page');
                return source.readyState + headers.get('x-ended');
                """))
        .isEqualTo("2true");
  }

  /** Sends two events, then nothing any more. */
  private static final class Stream implements Subrequests {
    final List<String> lastIds = new CopyOnWriteArrayList<>();
    final QueuedBody open = new QueuedBody();
    volatile boolean cancelled;

    @Override
    public Cancellable fetch(Subrequest asked, Listener listener) {
      String uri = asked.request().uri();
      if (uri.endsWith("/never")) {
        return () -> cancelled = true;
      }
      var head = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
      head.headers().set("content-type", uri.endsWith("/page") ? "text/html" : "text/event-stream");
      head.headers().set("x-ended", open.cancelled());
      if (uri.endsWith("/open")) {
        open.write(Unpooled.copiedBuffer("data: one\n\n", StandardCharsets.UTF_8));
        listener.onResponse(head, open);
        return () -> {};
      }
      if (uri.endsWith("/stream")) {
        lastIds.add(String.valueOf(asked.request().headers().get("last-event-id")));
        if (lastIds.size() > 1) {
          head.setStatus(HttpResponseStatus.NO_CONTENT);
        }
      }
      listener.onResponse(head, Feed.of(EVENTS.replace("(CRLF)", "\r\n").replace("(CR)", "\r")));
      return () -> {};
    }
  }
}
