#include "net/http_client.hpp"

#include <optional>

#include "net/server.hpp"

namespace underround::net {
namespace {

constexpr Nanos kLong = Nanos::from_seconds(30);

struct HttpClientTest : testing::Test {
  EventLoop loop;
  std::vector<std::string> seen;
  std::vector<HttpResponder> held;
  std::unique_ptr<Server> server = Server::listen(loop, {},
                                                  {.on_request =
                                                       [this](const HttpRequest& q, HttpResponder r) {
                                                         seen.push_back(q.method + " " + q.target + " " + q.body);
                                                         handle(q, r);
                                                       }})
                                       .value();
  std::function<void(const HttpRequest&, HttpResponder)> handle = [](const HttpRequest& q, HttpResponder r) {
    r.send(200, q.target + q.body);
  };

  HttpClient make(std::size_t connections = 2, std::string path = "") {
    return HttpClient(loop, {.base_url = server->url() + path, .connections = connections, .timeout = kLong});
  }
  static HttpRequest get(std::string target) {
    HttpRequest request;
    request.target = std::move(target);
    return request;
  }
  static HttpRequest post(std::string body) {
    HttpRequest request;
    request.method = "POST";
    request.target = "/order";
    request.body = std::move(body);
    return request;
  }
};

TEST_F(HttpClientTest, KeepsOneConnectionForManyRequests) {
  HttpClient client = make(1, "/base/");
  for (int i = 0; i < 20; ++i) {
    const HttpResult result = client.fetch(get("/x" + std::to_string(i)));
    ASSERT_TRUE(result.has_value()) << result.error().error.message;
    EXPECT_EQ(result->status, 200);
    EXPECT_EQ(result->body, "/base/x" + std::to_string(i));
    EXPECT_EQ(result->headers.get("content-type"), "application/json");
  }
  EXPECT_EQ(server->counters().accepted, 1U);
  EXPECT_EQ(client.open_connections(), 1U);
}

TEST_F(HttpClientTest, PoolIsBoundedAndEveryoneIsAnswered) {
  HttpClient client = make(3);
  int answered = 0;
  for (int i = 0; i < 30; ++i) {
    client.send(post(std::to_string(i)), [&, i](HttpResult result) {
      EXPECT_EQ(result.value().body, "/order" + std::to_string(i));
      ++answered;
    });
  }
  EXPECT_EQ(answered, 0);  // never from inside send()
  ASSERT_TRUE(loop.run_until([&] { return answered == 30; }, kLong));
  EXPECT_EQ(server->counters().accepted, 3U);
}

TEST_F(HttpClientTest, ErrorStatusIsAnAnswer) {
  handle = [](const HttpRequest&, HttpResponder r) { r.send(400, R"({"error":"order_version_mismatch"})"); };
  HttpClient client = make();
  const HttpResult result = client.fetch(post("x"));
  ASSERT_TRUE(result.has_value());
  EXPECT_EQ(result->status, 400);
}

// Law 5: a timeout after the bytes went out is "unknown", never "not sent".
TEST_F(HttpClientTest, TimeoutWithTheServerSilentIsUnknown) {
  handle = [this](const HttpRequest&, HttpResponder r) { held.push_back(r); };
  HttpClient client = make();
  const HttpResult result = client.fetch(post("order"), Nanos::from_millis(20));
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().delivery, Delivery::kUnknown);
  EXPECT_EQ(result.error().error.code, ErrorCode::kTimeout);
  EXPECT_EQ(seen.size(), 1U);
  // A late answer must not be taken for the answer to the next request.
  held.at(0).send(200, "late");
  handle = [](const HttpRequest&, HttpResponder r) { r.send(200, "fresh"); };
  EXPECT_EQ(client.fetch(post("next")).value().body, "fresh");
}

TEST_F(HttpClientTest, TimeoutWhileWaitingForAConnectionIsNeverSent) {
  handle = [this](const HttpRequest&, HttpResponder r) { held.push_back(r); };
  HttpClient client = make(1);
  std::optional<HttpResult> first;
  client.send(post("first"), [&](HttpResult r) { first = std::move(r); });
  const HttpResult second = client.fetch(post("second"), Nanos::from_millis(50));
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().delivery, Delivery::kNeverSent);
  EXPECT_EQ(second.error().error.code, ErrorCode::kTimeout);
  EXPECT_EQ(seen, std::vector<std::string>{"POST /order first"});
  EXPECT_FALSE(first.has_value());
  held.at(0).send(200, "done");
  ASSERT_TRUE(loop.run_until([&] { return first.has_value(); }, kLong));
  EXPECT_EQ(first->value().body, "done");
}

TEST_F(HttpClientTest, NobodyListeningIsNeverSent) {
  const std::string url = server->url();
  server.reset();
  HttpClient client(loop, {.base_url = url, .timeout = kLong});
  int failed = 0;
  for (int i = 0; i < 3; ++i) {
    client.send(post("x"), [&](HttpResult result) {
      ASSERT_FALSE(result.has_value());
      EXPECT_EQ(result.error().delivery, Delivery::kNeverSent);
      EXPECT_EQ(result.error().error.code, ErrorCode::kNetwork);
      ++failed;
    });
  }
  ASSERT_TRUE(loop.run_until([&] { return failed == 3; }, kLong));
}

TEST_F(HttpClientTest, ResetAfterTheRequestIsUnknown) {
  handle = [](const HttpRequest&, HttpResponder r) { r.abort(); };
  HttpClient client = make();
  const HttpResult result = client.fetch(post("order"));
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().delivery, Delivery::kUnknown);
  EXPECT_EQ(seen.size(), 1U);
}

TEST_F(HttpClientTest, TruncatedAnswerIsUnknown) {
  handle = [](const HttpRequest&, HttpResponder r) {
    r.send_raw("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"success\":tr", true);
  };
  HttpClient client = make();
  const HttpResult result = client.fetch(post("order"));
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().delivery, Delivery::kUnknown);
}

TEST_F(HttpClientTest, AnswerThatIsNotHttpIsUnknown) {
  handle = [](const HttpRequest&, HttpResponder r) { r.send_raw("<html>\r\n502\r\n\r\n", true); };
  HttpClient client = make();
  const HttpResult result = client.fetch(post("order"));
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().delivery, Delivery::kUnknown);
  EXPECT_NE(result.error().error.message.find("not HTTP"), std::string::npos);
}

TEST_F(HttpClientTest, BodyWithoutALengthEndsWithTheConnection) {
  handle = [](const HttpRequest&, HttpResponder r) { r.send_raw("HTTP/1.1 200 OK\r\n\r\n<html>page</html>", true); };
  HttpClient client = make();
  EXPECT_EQ(client.fetch(get("/")).value().body, "<html>page</html>");
}

// The server closes idle connections without a word: a GET is repeated, an order is not.
TEST_F(HttpClientTest, DeadKeptAliveConnection) {
  HttpClient client = make(1);
  ASSERT_TRUE(client.fetch(get("/first")).has_value());
  handle = [&](const HttpRequest& q, HttpResponder r) {
    if (seen.size() == 2) return r.abort();
    r.send(200, q.target);
  };
  EXPECT_EQ(client.fetch(get("/second")).value().body, "/second");
  EXPECT_EQ(seen.size(), 3U);

  seen.assign(1, "");  // the next request is number two again
  const HttpResult order = client.fetch(post("order"));
  ASSERT_FALSE(order.has_value());
  EXPECT_EQ(order.error().delivery, Delivery::kUnknown);
  EXPECT_EQ(seen.size(), 2U);
}

TEST_F(HttpClientTest, ConnectionCloseIsObeyed) {
  handle = [](const HttpRequest&, HttpResponder r) {
    r.send_raw("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok", false);
  };
  HttpClient client = make(1);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(client.fetch(get("/")).value().body, "ok");
  EXPECT_EQ(server->counters().accepted, 3U);
}

TEST_F(HttpClientTest, HeadAndInterimAnswers) {
  handle = [](const HttpRequest& q, HttpResponder r) {
    if (q.method == "HEAD") return r.send(200, "not in a HEAD answer");
    r.send_raw(
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
        false);
  };
  HttpClient client = make(1);
  HttpRequest head = get("/");
  head.method = "HEAD";
  const HttpResult answer = client.fetch(head);
  EXPECT_EQ(answer.value().body, "");
  EXPECT_EQ(answer.value().headers.get("Content-Length"), "20");
  EXPECT_EQ(client.fetch(get("/")).value().body, "ok");
  EXPECT_EQ(server->counters().accepted, 1U);
}

TEST_F(HttpClientTest, OverTls) {
  const auto certificate = make_self_signed_certificate("127.0.0.1").value();
  const auto secure = Server::listen(loop, {.certificate = certificate},
                                     {.on_request = [](const HttpRequest& q, HttpResponder r) { r.send(200, q.body); }})
                          .value();
  HttpClient client(loop, {.base_url = secure->url(),
                           .tls = TlsContext::client({.ca_pem = certificate.chain_pem}).value(),
                           .timeout = kLong});
  client.warm_up(2);
  ASSERT_TRUE(loop.run_until([&] { return client.open_connections() == 2; }, kLong));
  const std::string body(500'000, 'x');
  EXPECT_EQ(client.fetch(post(body)).value().body, body);
  EXPECT_EQ(secure->counters().accepted, 2U);
}

TEST_F(HttpClientTest, QueueIsBounded) {
  handle = [this](const HttpRequest&, HttpResponder r) { held.push_back(r); };
  HttpClient client(loop, {.base_url = server->url(), .connections = 1, .max_waiting = 2, .timeout = kLong});
  std::vector<Delivery> refused;
  for (int i = 0; i < 5; ++i) {
    client.send(post("x"), [&](HttpResult r) {
      if (!r) refused.push_back(r.error().delivery);
    });
  }
  ASSERT_TRUE(loop.run_until([&] { return refused.size() == 3; }, kLong));
  EXPECT_EQ(refused, std::vector<Delivery>(3, Delivery::kNeverSent));
}

TEST_F(HttpClientTest, MayBeDestroyedInsideACallback) {
  auto client = std::make_unique<HttpClient>(loop, HttpClientSettings{.base_url = server->url()});
  int calls = 0;
  for (int i = 0; i < 5; ++i) {
    client->send(get("/"), [&](HttpResult) {
      ++calls;
      client.reset();
    });
  }
  ASSERT_TRUE(loop.run_until([&] { return calls > 0; }, kLong));
  EXPECT_TRUE(loop.run_until([&] { return server->counters().open_connections == 0; }, kLong));
  EXPECT_EQ(calls, 1);
}

}  // namespace
}  // namespace underround::net
