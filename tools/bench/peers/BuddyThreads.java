// The buddy protocol as a course's server in Java has it: a thread for each connection, a file for
// each user, no sync, one lock around everything, one thread for datagrams.
//
// usage: java BuddyThreads.java PORT DIRECTORY      (TCP and UDP at the same port)
import java.io.*;
import java.net.*;
import java.nio.charset.StandardCharsets;
import java.nio.file.*;
import java.util.*;

public class BuddyThreads {
  private final Path directory;
  private final Map<String, String> online = new HashMap<>();

  private BuddyThreads(Path directory) {
    this.directory = directory;
  }

  public static void main(String[] words) throws IOException {
    int port = Integer.parseInt(words[0]);
    Path directory = Files.createDirectories(Path.of(words[1]));
    BuddyThreads server = new BuddyThreads(directory);
    InetAddress here = InetAddress.getLoopbackAddress();
    DatagramSocket udp = new DatagramSocket(port, here);
    new Thread(() -> server.datagrams(udp)).start();
    ServerSocket tcp = new ServerSocket(port, 4096, here);
    while (true) {
      Socket connection = tcp.accept();
      new Thread(() -> server.serve(connection)).start();
    }
  }

  private void serve(Socket connection) {
    try (connection) {
      InputStream input = connection.getInputStream();
      BufferedReader reader = new BufferedReader(new InputStreamReader(input));
      String line = reader.readLine();
      if (line == null) return;
      String reply = change(line.trim().split("\\s+")) + "\r\n";
      connection.getOutputStream().write(reply.getBytes(StandardCharsets.US_ASCII));
    } catch (IOException error) {
      // The generator resets what is under way at the end of a run.
    }
  }

  private synchronized String change(String[] words) throws IOException {
    if (words.length < 2 || words[1].contains("/")) return "201 INVALID";
    if (words[0].equals("REG")) {
      if (Files.exists(file(words[1]))) return "203 USER EXISTS";
      Files.createFile(file(words[1]));
      return "200 OK";
    }
    if (words.length < 3 || !words[0].equals("ADD")) return "201 INVALID";
    if (!Files.exists(file(words[1])) || !Files.exists(file(words[2]))) return "202 NO SUCH USER";
    Files.writeString(file(words[1]), words[2] + "\n", StandardOpenOption.APPEND);
    return "200 OK";
  }

  private void datagrams(DatagramSocket udp) {
    DatagramPacket packet = new DatagramPacket(new byte[2048], 2048);
    while (true) {
      try {
        packet.setLength(2048);
        udp.receive(packet);
        String text = new String(packet.getData(), 0, packet.getLength(), StandardCharsets.US_ASCII);
        String answer = take(text.trim().split("\\s+"), packet.getAddress().getHostAddress());
        if (answer == null) continue;
        byte[] bytes = answer.getBytes(StandardCharsets.US_ASCII);
        udp.send(new DatagramPacket(bytes, bytes.length, packet.getSocketAddress()));
      } catch (IOException error) {
        // The next one.
      }
    }
  }

  private synchronized String take(String[] words, String ip) throws IOException {
    if (words.length < 2 || !Files.exists(file(words[1]))) return null;
    if (words[0].equals("SET") && words.length > 4) {
      online.put(words[1], words[2] + " " + words[3] + " " + ip + " " + words[4]);
    }
    if (!words[0].equals("GET")) return null;
    StringBuilder answer = new StringBuilder();
    for (String buddy : Files.readAllLines(file(words[1]))) {
      String presence = online.getOrDefault(buddy, "101 OFFLINE unknown 0");
      answer.append(buddy).append(' ').append(presence).append('\n');
    }
    return answer.toString();
  }

  private Path file(String user) {
    return directory.resolve(user + ".txt");
  }
}
