// A Vendure server on a loopback port: node shop.js FILE PORT TOKEN_METHODS
//
// Everything it knows lies in FILE, which is replaced whole after every transaction, before the transaction is
// answered. So whatever was answered is there again after a kill. It says `READY PORT` once it answers.
const fs = require('fs');
const { bootstrap, DefaultLogger, dummyPaymentHandler, LogLevel } = require('@vendure/core');

const [file, port, methods] = process.argv.slice(2);

function save(data) {
    fs.writeFileSync(`${file}.new`, Buffer.from(data));
    fs.renameSync(`${file}.new`, file);
}

bootstrap({
    apiOptions: { hostname: '127.0.0.1', port: Number(port) },
    authOptions: {
        tokenMethod: methods.split(','),
        cookieOptions: { secret: process.env.SHOP_COOKIES },
        superadminCredentials: { identifier: 'superadmin', password: process.env.SHOP_PASSWORD },
    },
    dbConnectionOptions: {
        type: 'sqljs',
        synchronize: true,
        autoSave: true,
        autoSaveCallback: save,
        ...(fs.existsSync(file) ? { database: fs.readFileSync(file) } : {}),
    },
    paymentOptions: { paymentMethodHandlers: [dummyPaymentHandler] },
    logger: new DefaultLogger({ level: LogLevel.Error }),
}).then(
    app => console.log(`READY ${app.getHttpServer().address().port}`),
    error => {
        console.error(error);
        process.exit(1);
    },
);
