package dev.brink.mesh.dns;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Queries and answers as bytes, written and read by hand: independent of what is tested. */
final class DnsWire {
  static final int A = 1;
  static final int NS = 2;
  static final int SOA = 6;
  static final int HINFO = 13;
  static final int TXT = 16;
  static final int AAAA = 28;
  static final int OPT = 41;
  static final int AXFR = 252;
  static final int ANY = 255;

  private static final int TIMEOUT_MILLIS = 10_000;

  /** A record of an answer. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Rr(String name, int type, int rrClass, long ttl, byte[] data) {
    String address() throws IOException {
      return InetAddress.getByAddress(data).getHostAddress();
    }
  }

  /** An answer, taken apart. */
  record Answer(
      int id,
      int flags,
      String question,
      List<Rr> answers,
      List<Rr> authority,
      List<Rr> additional,
      int bytes) {
    int code() {
      return flags & 0xf;
    }

    boolean authoritative() {
      return (flags & 0x0400) != 0;
    }

    boolean truncated() {
      return (flags & 0x0200) != 0;
    }

    List<String> addresses() throws IOException {
      List<String> all = new ArrayList<>();
      for (Rr rr : answers) {
        all.add(rr.address());
      }
      return all;
    }
  }

  /** A query to be. */
  static final class Query {
    private int id = 0x1234;
    private int flags = 0x0100;
    private String name = ".";
    private int type = A;
    private int questionClass = 1;
    private byte[] opt = new byte[0];
    private int questions = 1;

    static Query of(String name, int type) {
      Query query = new Query();
      query.name = name;
      query.type = type;
      return query;
    }

    Query id(int newId) {
      id = newId;
      return this;
    }

    Query flags(int newFlags) {
      flags = newFlags;
      return this;
    }

    Query questionClass(int newClass) {
      questionClass = newClass;
      return this;
    }

    Query questions(int count) {
      questions = count;
      return this;
    }

    /** An OPT record with these options. */
    Query edns(int version, byte... options) {
      ByteBuffer record = ByteBuffer.allocate(11 + options.length);
      record.put((byte) 0).putShort((short) OPT).putShort((short) 1400);
      record.putInt((version << 16) | 0x8000).putShort((short) options.length).put(options);
      opt = record.array();
      return this;
    }

    /** A client subnet option, told as it is. */
    Query subnet(int family, int bits, int scope, int... address) {
      ByteBuffer option = ByteBuffer.allocate(8 + address.length);
      option.putShort((short) 8).putShort((short) (4 + address.length));
      option.putShort((short) family).put((byte) bits).put((byte) scope);
      for (int part : address) {
        option.put((byte) part);
      }
      return edns(0, option.array());
    }

    byte[] bytes() {
      var bytes = new ByteArrayOutputStream();
      try (var out = new DataOutputStream(bytes)) {
        out.writeShort(id);
        out.writeShort(flags);
        out.writeShort(questions);
        out.writeShort(0);
        out.writeShort(0);
        out.writeShort(opt.length > 0 ? 1 : 0);
        for (String label : name.split("\\.", -1)) {
          if (!label.isEmpty()) {
            out.writeByte(label.length());
            out.write(label.getBytes(StandardCharsets.US_ASCII));
          }
        }
        out.writeByte(0);
        out.writeShort(type);
        out.writeShort(questionClass);
        out.write(opt);
      } catch (IOException e) {
        throw new AssertionError(e);
      }
      return bytes.toByteArray();
    }
  }

  static Answer udp(InetSocketAddress server, byte[] query) throws IOException {
    try (var socket = new DatagramSocket()) {
      socket.setSoTimeout(TIMEOUT_MILLIS);
      socket.send(new DatagramPacket(query, query.length, server));
      var packet = new DatagramPacket(new byte[65_535], 65_535);
      socket.receive(packet);
      return parse(ByteBuffer.wrap(packet.getData(), 0, packet.getLength()).slice());
    }
  }

  static Answer tcp(InetSocketAddress server, byte[] query) throws IOException {
    try (var socket = new Socket(server.getAddress(), server.getPort())) {
      socket.setSoTimeout(TIMEOUT_MILLIS);
      return tcp(socket, query);
    }
  }

  static Answer tcp(Socket socket, byte[] query) throws IOException {
    var out = new DataOutputStream(socket.getOutputStream());
    out.writeShort(query.length);
    out.write(query);
    out.flush();
    var in = new DataInputStream(socket.getInputStream());
    byte[] answer = new byte[in.readUnsignedShort()];
    in.readFully(answer);
    return parse(ByteBuffer.wrap(answer));
  }

  private static Answer parse(ByteBuffer in) {
    int bytes = in.remaining();
    int id = in.getShort() & 0xffff;
    int flags = in.getShort() & 0xffff;
    int questions = in.getShort();
    int answers = in.getShort();
    int authority = in.getShort();
    int additional = in.getShort();
    String question = "";
    for (int i = 0; i < questions; i++) {
      question = name(in);
      in.getInt();
    }
    return new Answer(
        id,
        flags,
        question,
        records(in, answers),
        records(in, authority),
        records(in, additional),
        bytes);
  }

  private static List<Rr> records(ByteBuffer in, int count) {
    List<Rr> records = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      String name = name(in);
      int type = in.getShort() & 0xffff;
      int rrClass = in.getShort() & 0xffff;
      long ttl = in.getInt() & 0xffffffffL;
      byte[] data = new byte[in.getShort() & 0xffff];
      in.get(data);
      records.add(new Rr(name, type, rrClass, ttl, data));
    }
    return records;
  }

  static String name(ByteBuffer in) {
    StringBuilder name = new StringBuilder();
    for (int length = in.get(); length != 0; length = in.get()) {
      byte[] label = new byte[length];
      in.get(label);
      name.append(new String(label, StandardCharsets.US_ASCII)).append('.');
    }
    return name.isEmpty() ? "." : name.toString();
  }

  private DnsWire() {}
}
