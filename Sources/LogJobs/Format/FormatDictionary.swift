/// The dictionary of new segments: what payloads and events are likely to contain, the likeliest
/// last, where references to it are shortest.
///
/// It stands in every segment's header, so it can change without changing the format.
package enum FormatDictionary {
    package static let builtIn = Array(text.utf8)

    private static let text = """
        the process that ran the job died; the attempt counts\
        the runner stopped before the job ended\
        timed out after 30s The operation could not be completed. No such file or directory \
        connection refused connection reset by peer Permission denied internal error unexpected \
        traceparent00-tracestate baggage request_id correlation_id \
        application/json text/plain charset=utf-8 https://www.example.com/api/v1/ http://localhost \
        .html .json .jpeg .png .pdf .txt.gz /usr/share/doc/ /var/lib/ /data/ \
        2026-01-01T00:00:00.000Z 2027-12-31T23:59:59Z 1234567890 00000000-0000-4000-8000-\
        cleanup import export report invoice payment webhook notification thumbnail resize \
        compress backup index sync send-email send-welcome process critical low high bulk mail \
        "params":{"options":{"arguments":["attributes":{"metadata":{"headers":{"body":"\
        "subject":"template":"locale":"en_US"},"currency":"EUR"},"amount":"quantity":1,"price":\
        "status":"active"},"state":"country":"city":"address":"phone":"password":"token":"\
        "description":"title":"message":"text":"content":"format":"width":"height":"size":\
        "created_at":"updated_at":"createdAt":"updatedAt":"timestamp":"date":"time":"start":"end":\
        "source":"destination":"target":"file":"folder":"input":"output":"path":"/"url":"https://\
        "count":"total":"index":0,"offset":"limit":100,"page":1,"retry":"version":1,\
        "order_id":"customer_id":"account_id":"tenant_id":"event_id":"orderID":"accountID":\
        "first_name":"last_name":"username":"email":"@example.com"},{"key":"value":"data":{"\
        "enabled":true,"deleted":false,"parent":null,"items":[{"type":"name":"uuid":"id":"\
        "user_id":"userID":{"id":\u{1}\u{0}\u{0}\u{4}main\u{0}\u{8}worker-1\u{2}\u{0}\u{2}\u{0}\
        \u{1}\u{1}\u{3}\u{0}\u{2}\u{2}\u{1}\u{1}\u{0}\u{1}\u{0}\u{2}\u{0}\u{0}\u{0}\u{0}\u{0}\
        \u{0}\u{7}default\u{0}\u{4}json\u{0}
        """
}
