// The buddy protocol as a course's server in C++ has it: a thread for each connection, a file for
// each user, no sync, one lock around everything, one thread for datagrams.
//
// usage: buddy_threads PORT DIRECTORY      (TCP and UDP at the same port)
#include <arpa/inet.h>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <map>
#include <mutex>
#include <netinet/in.h>
#include <sstream>
#include <string>
#include <sys/socket.h>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

static std::mutex lock;
static std::string directory;
struct Presence { std::string code, text, ip, port; };
static std::map<std::string, Presence> online;

static std::string path(const std::string &user) { return directory + "/" + user + ".txt"; }

static bool exists(const std::string &user) {
  struct stat info;
  return !user.empty() && stat(path(user).c_str(), &info) == 0;
}

static std::string change(const std::string &line) {
  std::istringstream words(line);
  std::string command, user, buddy;
  words >> command >> user >> buddy;
  std::lock_guard<std::mutex> held(lock);
  if (user.empty() || user.find('/') != std::string::npos) return "201 INVALID\r\n";
  if (command == "REG") {
    if (exists(user)) return "203 USER EXISTS\r\n";
    std::ofstream file(path(user));
    return "200 OK\r\n";
  }
  if (command != "ADD") return "201 INVALID\r\n";
  if (!exists(user) || !exists(buddy)) return "202 NO SUCH USER\r\n";
  std::ofstream file(path(user), std::ios::app);
  file << buddy << "\n";
  return "200 OK\r\n";
}

static void serve(int connection) {
  std::string line;
  char byte;
  while (recv(connection, &byte, 1, 0) == 1 && byte != '\n') line.push_back(byte);
  std::string reply = change(line);
  send(connection, reply.data(), reply.size(), MSG_NOSIGNAL);
  close(connection);
}

static std::string list(const std::string &user) {
  std::ostringstream answer;
  std::ifstream file(path(user));
  for (std::string buddy; std::getline(file, buddy);) {
    auto found = online.find(buddy);
    if (found == online.end()) answer << buddy << " 101 OFFLINE unknown 0\n";
    else {
      const Presence &known = found->second;
      answer << buddy << ' ' << known.code << ' ' << known.text << ' ' << known.ip << ' ' << known.port << '\n';
    }
  }
  return answer.str();
}

static void datagrams(int udp) {
  char bytes[2048];
  for (;;) {
    sockaddr_in from{};
    socklen_t length = sizeof from;
    ssize_t count = recvfrom(udp, bytes, sizeof bytes, 0, (sockaddr *)&from, &length);
    if (count < 0) continue;
    std::istringstream words(std::string(bytes, (size_t)count));
    std::string command, user;
    words >> command >> user;
    std::lock_guard<std::mutex> held(lock);
    if (command == "SET" && exists(user)) {
      Presence presence;
      words >> presence.code >> presence.text >> presence.port;
      presence.ip = inet_ntoa(from.sin_addr);
      online[user] = presence;
    } else if (command == "GET" && exists(user)) {
      std::string answer = list(user);
      sendto(udp, answer.data(), answer.size(), 0, (sockaddr *)&from, length);
    }
  }
}

int main(int argc, char **argv) {
  if (argc != 3) return 2;
  signal(SIGPIPE, SIG_IGN);
  directory = argv[2];
  mkdir(directory.c_str(), 0700);
  sockaddr_in here{};
  here.sin_family = AF_INET;
  here.sin_port = htons((uint16_t)atoi(argv[1]));
  here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  int tcp = socket(AF_INET, SOCK_STREAM, 0), udp = socket(AF_INET, SOCK_DGRAM, 0), one = 1;
  setsockopt(tcp, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  if (bind(tcp, (sockaddr *)&here, sizeof here) || listen(tcp, SOMAXCONN)) return 1;
  if (bind(udp, (sockaddr *)&here, sizeof here)) return 1;
  std::thread(datagrams, udp).detach();
  for (;;) {
    int connection = accept(tcp, nullptr, nullptr);
    if (connection < 0) continue;
    try {
      std::thread(serve, connection).detach();
    } catch (...) {
      close(connection);
    }
  }
}
